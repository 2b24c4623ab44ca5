// SPDX-License-Identifier: GPL-2.0-only
/*
 * A client of PortAudio: plays the signal and records, in blocking calls or in a callback.
 * Run by guest.sh; signal.c checks the recording.
 *
 *   pa_client blocking|callback play PCM FRAMES
 *   pa_client blocking|callback record PCM FRAMES FILE
 *   pa_client blocking|callback duplex PCM FRAMES FILE   records a second longer
 *
 * The signal is followed by a second of silence: PortAudio does not drain, its AlsaStop()
 * drops the frames that were not played.
 *
 * Exit code 1 if PortAudio reports an error, or an underflow or overflow of the stream.
 */
#include <portaudio.h>
#include <pa_linux_alsa.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signal.h"

#define RATE 48000
#define CHUNK 512
#define MAX_FRAMES (60ul * RATE)

struct client {
	int plays;
	int records;
	unsigned long frames;	/* of the signal, or to record */
	unsigned long total;	/* frames the stream runs */
	unsigned long done;
	atomic_int finished;
	atomic_int faults;	/* underflows and overflows */
	int16_t *recorded;
	const char *pcm;
};

static void fail(const char *what, PaError error)
{
	fprintf(stderr, "pa_client: %s: %s\n", what, Pa_GetErrorText(error));
	exit(1);
}

static void put_signal(const struct client *client, int16_t *out, unsigned long frames)
{
	unsigned long i, n;
	int c;

	for (i = 0; i < frames; i++) {
		n = client->done + i;
		for (c = 0; c < SIGNAL_CHANNELS; c++)
			out[i * SIGNAL_CHANNELS + c] = n < client->frames ? signal_at(n, c) : 0;
	}
}

static void keep(struct client *client, const int16_t *in, unsigned long frames)
{
	if (frames > client->total - client->done)
		frames = client->total - client->done;
	memcpy(client->recorded + client->done * SIGNAL_CHANNELS, in,
	       frames * SIGNAL_CHANNELS * sizeof(*in));
}

static int on_frames(const void *in, void *out, unsigned long frames,
		     const PaStreamCallbackTimeInfo *when, PaStreamCallbackFlags flags, void *data)
{
	struct client *client = data;

	(void)when;
	if (flags & (paInputUnderflow | paInputOverflow | paOutputUnderflow | paOutputOverflow))
		atomic_fetch_add(&client->faults, 1);
	if (client->plays)
		put_signal(client, out, frames);
	if (client->records && client->done < client->total)
		keep(client, in, frames);
	client->done += frames;
	if (client->done < client->total)
		return paContinue;
	atomic_store(&client->finished, 1);
	return paComplete;
}

static void count_fault(struct client *client, const char *what, PaError error)
{
	if (error == paInputOverflowed || error == paOutputUnderflowed)
		atomic_fetch_add(&client->faults, 1);
	else if (error != paNoError)
		fail(what, error);
}

static void run_blocking(struct client *client, PaStream *stream)
{
	int16_t chunk[CHUNK * SIGNAL_CHANNELS];
	unsigned long n;

	while (client->done < client->total) {
		n = client->total - client->done;
		if (n > CHUNK)
			n = CHUNK;
		if (client->plays) {
			put_signal(client, chunk, n);
			count_fault(client, "write", Pa_WriteStream(stream, chunk, n));
		}
		if (client->records) {
			count_fault(client, "read", Pa_ReadStream(stream, chunk, n));
			keep(client, chunk, n);
		}
		client->done += n;
	}
}

static void run(struct client *client, int blocking)
{
	PaAlsaStreamInfo alsa;
	PaStreamParameters params = {
		.device = paUseHostApiSpecificDeviceSpecification,
		.channelCount = SIGNAL_CHANNELS,
		.sampleFormat = paInt16,
		.suggestedLatency = 0.05,
		.hostApiSpecificStreamInfo = &alsa,
	};
	PaStream *stream;
	PaError error;

	PaAlsa_InitializeStreamInfo(&alsa);
	alsa.deviceString = client->pcm;
	error = Pa_OpenStream(&stream, client->records ? &params : NULL,
			      client->plays ? &params : NULL, RATE, CHUNK, paClipOff,
			      blocking ? NULL : on_frames, client);
	if (error != paNoError)
		fail("open", error);
	printf("latency: in %.1f ms, out %.1f ms\n", Pa_GetStreamInfo(stream)->inputLatency * 1e3,
	       Pa_GetStreamInfo(stream)->outputLatency * 1e3);
	error = Pa_StartStream(stream);
	if (error != paNoError)
		fail("start", error);
	if (blocking)
		run_blocking(client, stream);
	else
		while (Pa_IsStreamActive(stream) == 1)
			Pa_Sleep(10);
	if (!blocking && !atomic_load(&client->finished))
		fail("callback", paTimedOut);
	error = Pa_StopStream(stream);
	if (error != paNoError)
		fail("stop", error);
	error = Pa_CloseStream(stream);
	if (error != paNoError)
		fail("close", error);
}

static int save(const struct client *client, const char *path)
{
	FILE *file = fopen(path, "wb");
	size_t frame = SIGNAL_CHANNELS * sizeof(*client->recorded);

	if (!file || fwrite(client->recorded, frame, client->total, file) != client->total ||
	    fclose(file)) {
		perror(path);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct client client = { 0 };
	int blocking, duplex, code = 0;
	PaError error;

	if (argc < 5)
		goto usage;
	blocking = !strcmp(argv[1], "blocking");
	duplex = !strcmp(argv[2], "duplex");
	client.plays = duplex || !strcmp(argv[2], "play");
	client.records = duplex || !strcmp(argv[2], "record");
	client.pcm = argv[3];
	client.frames = strtoul(argv[4], NULL, 10);
	if ((!blocking && strcmp(argv[1], "callback")) || !(client.plays || client.records) ||
	    argc != 5 + client.records || !client.frames || client.frames > MAX_FRAMES)
		goto usage;
	client.total = client.frames + (client.plays ? RATE : 0);
	client.recorded = calloc(client.total, SIGNAL_CHANNELS * sizeof(*client.recorded));
	if (!client.recorded)
		return 1;
	error = Pa_Initialize();
	if (error != paNoError)
		fail("initialize", error);
	run(&client, blocking);
	error = Pa_Terminate();
	if (error != paNoError)
		fail("terminate", error);
	printf("%lu frames, %d underflows and overflows\n", client.done, atomic_load(&client.faults));
	if (client.records)
		code = save(&client, argv[5]);
	free(client.recorded);
	return code || atomic_load(&client.faults);
usage:
	fprintf(stderr, "usage: pa_client blocking|callback play|record|duplex PCM FRAMES [FILE]\n");
	return 2;
}
