// SPDX-License-Identifier: GPL-2.0-only
/*
 * A client of JACK: plays the signal on two ports for some seconds, and compares the input of
 * two other ports, which have to be a loopback. Run by jack.sh.
 *
 *   jack_client SECONDS
 *
 * JACK works in floating point and scales 16 bits by 32767: a sample may come back one step
 * away. Exit code 1 if the signal is incomplete; xruns are only counted and printed.
 */
#include <jack/jack.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "signal.h"

#define SCALE 32768.0f
#define TOLERANCE 1.5f

static jack_port_t *out[SIGNAL_CHANNELS], *in[SIGNAL_CHANNELS];
static atomic_uint played, silent, equal, different, xruns, ended, go, done;
static atomic_int first_wrong;

static int on_frames(jack_nframes_t frames, void *data)
{
	float *to[SIGNAL_CHANNELS], *from[SIGNAL_CHANNELS];
	uint32_t play = atomic_load(&go), i, c, n;
	int same;

	(void)data;
	for (c = 0; c < SIGNAL_CHANNELS; c++) {
		to[c] = jack_port_get_buffer(out[c], frames);
		from[c] = jack_port_get_buffer(in[c], frames);
	}
	for (i = 0; i < frames; i++) {
		n = played;
		for (c = 0; c < SIGNAL_CHANNELS; c++)
			to[c][i] = play ? signal_at(n, c) / SCALE : 0;
		played += play;
		n = equal + different;
		if (atomic_load(&done))
			continue;
		if (n == 0 && fabsf(from[0][i]) * SCALE < SIGNAL_FLOOR / 2) {
			silent++;
			continue;
		}
		same = 1;
		for (c = 0; c < SIGNAL_CHANNELS; c++)
			same &= fabsf(from[c][i] * SCALE - signal_at(n, c)) <= TOLERANCE;
		if (same)
			equal++;
		else if (different++ == 0)
			first_wrong = (int)n;
	}
	return 0;
}

static int on_xrun(void *data)
{
	(void)data;
	xruns++;
	return 0;
}

static void on_shutdown(void *data)
{
	(void)data;
	ended = 1;
}

static void connect_ports(jack_client_t *client)
{
	char name[32];
	int c, failed = 0;

	for (c = 0; c < SIGNAL_CHANNELS; c++) {
		snprintf(name, sizeof(name), "system:capture_%d", c + 1);
		failed |= jack_connect(client, name, jack_port_name(in[c]));
		snprintf(name, sizeof(name), "system:playback_%d", c + 1);
		failed |= jack_connect(client, jack_port_name(out[c]), name);
	}
	if (failed) {
		fprintf(stderr, "jack_client: the ports cannot be connected\n");
		exit(1);
	}
}

static jack_client_t *open_client(void)
{
	jack_client_t *client = jack_client_open("signal", JackNoStartServer, NULL);
	const char *type = JACK_DEFAULT_AUDIO_TYPE;
	char name[16];
	int c;

	if (!client)
		exit(1);
	for (c = 0; c < SIGNAL_CHANNELS; c++) {
		snprintf(name, sizeof(name), "out_%d", c + 1);
		out[c] = jack_port_register(client, name, type, JackPortIsOutput, 0);
		snprintf(name, sizeof(name), "in_%d", c + 1);
		in[c] = jack_port_register(client, name, type, JackPortIsInput, 0);
		if (!out[c] || !in[c])
			exit(1);
	}
	jack_set_process_callback(client, on_frames, NULL);
	jack_set_xrun_callback(client, on_xrun, NULL);
	jack_on_shutdown(client, on_shutdown, NULL);
	return client;
}

int main(int argc, char **argv)
{
	int seconds = argc == 2 ? atoi(argv[1]) : 0;
	unsigned int rate, wanted;
	jack_client_t *client;

	if (seconds < 2 || seconds > 3600) {
		fprintf(stderr, "usage: jack_client SECONDS (2 or more)\n");
		return 2;
	}
	client = open_client();
	rate = jack_get_sample_rate(client);
	wanted = (seconds - 1) * rate;
	if (jack_activate(client))
		return 1;
	connect_ports(client);
	atomic_store(&go, 1);
	sleep(seconds);
	atomic_store(&done, 1);	/* from here on ports disappear one by one */
	jack_deactivate(client);
	jack_client_close(client);
	printf("%u frames played, %u of silence, %u came back equal, %u different\n", played, silent,
	       equal, different);
	if (different)
		printf("the first at frame %d\n", first_wrong);
	printf("xruns: %u\n", xruns);
	return ended || different || equal < wanted;
}
