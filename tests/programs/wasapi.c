// SPDX-License-Identifier: GPL-2.0-only
/*
 * A Windows program that plays the signal and records through WASAPI: in shared mode driven
 * by the event of the stream, in exclusive mode by time, since Wine refuses an event there
 * (AUDCLNT_E_DEVICE_IN_USE). Run in Wine by wine.sh; signal.c checks the recording.
 *
 *   wasapi shared|exclusive play FRAMES
 *   wasapi shared|exclusive record FRAMES FILE
 *
 * The default endpoint, 16 bit stereo at 48 kHz. The signal is followed by silence for two
 * buffers, since Stop() drops the frames that were not played.
 *
 * Exit code 1 if a call fails, the event does not come for 10 s, or a record has a gap.
 */
#define COBJMACROS
#include <initguid.h>
#include <windows.h>
#include <mmdeviceapi.h>
#include <audioclient.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signal.h"

#define RATE 48000
#define FRAME_BYTES (SIGNAL_CHANNELS * sizeof(int16_t))
#define BUFFER_100NS 2000000	/* 200 ms */
#define PERIOD_100NS 100000
#define PERIOD_MS 10
#define WAIT_MS 10000
#define MAX_FRAMES (60u * RATE)

struct client {
	IAudioClient *audio;
	HANDLE event;
	UINT32 buffer;		/* frames */
	UINT32 frames;		/* of the signal, or to record */
	int exclusive;
};

static void must(HRESULT result, const char *what)
{
	if (SUCCEEDED(result))
		return;
	fprintf(stderr, "wasapi: %s: 0x%08lx\n", what, (unsigned long)result);
	exit(1);
}

static void wait_for_period(const struct client *client)
{
	if (client->exclusive) {
		Sleep(PERIOD_MS);
		return;
	}
	if (WaitForSingleObject(client->event, WAIT_MS) == WAIT_OBJECT_0)
		return;
	fprintf(stderr, "wasapi: no event for %d ms\n", WAIT_MS);
	exit(1);
}

static void open_client(struct client *client, EDataFlow flow)
{
	WAVEFORMATEX format = {
		.wFormatTag = WAVE_FORMAT_PCM,
		.nChannels = SIGNAL_CHANNELS,
		.nSamplesPerSec = RATE,
		.nAvgBytesPerSec = RATE * FRAME_BYTES,
		.nBlockAlign = FRAME_BYTES,
		.wBitsPerSample = 16,
	};
	IMMDeviceEnumerator *devices;
	IMMDevice *device;

	must(CoInitializeEx(NULL, COINIT_MULTITHREADED), "CoInitializeEx");
	must(CoCreateInstance(&CLSID_MMDeviceEnumerator, NULL, CLSCTX_INPROC_SERVER,
			      &IID_IMMDeviceEnumerator, (void **)&devices), "MMDeviceEnumerator");
	must(IMMDeviceEnumerator_GetDefaultAudioEndpoint(devices, flow, eConsole, &device),
	     "GetDefaultAudioEndpoint");
	must(IMMDevice_Activate(device, &IID_IAudioClient, CLSCTX_INPROC_SERVER, NULL,
				(void **)&client->audio), "Activate");
	if (client->exclusive)
		must(IAudioClient_Initialize(client->audio, AUDCLNT_SHAREMODE_EXCLUSIVE, 0, BUFFER_100NS,
					     PERIOD_100NS, &format, NULL), "Initialize");
	else
		must(IAudioClient_Initialize(client->audio, AUDCLNT_SHAREMODE_SHARED,
					     AUDCLNT_STREAMFLAGS_EVENTCALLBACK, BUFFER_100NS, 0, &format,
					     NULL), "Initialize");
	client->event = CreateEventW(NULL, FALSE, FALSE, NULL);
	must(client->event ? S_OK : E_FAIL, "CreateEvent");
	if (!client->exclusive)
		must(IAudioClient_SetEventHandle(client->audio, client->event), "SetEventHandle");
	must(IAudioClient_GetBufferSize(client->audio, &client->buffer), "GetBufferSize");
	printf("%s, a buffer of %u frames\n", client->exclusive ? "exclusive" : "shared",
	       client->buffer);
	IMMDevice_Release(device);
	IMMDeviceEnumerator_Release(devices);
}

static void close_client(struct client *client)
{
	must(IAudioClient_Stop(client->audio), "Stop");
	IAudioClient_Release(client->audio);
	CloseHandle(client->event);
	CoUninitialize();
}

/* Fills the free part of the buffer; returns its number of frames. */
static UINT32 fill(struct client *client, IAudioRenderClient *render, UINT32 done)
{
	UINT32 padding, space, i;
	int16_t *out;
	BYTE *data;
	int c;

	must(IAudioClient_GetCurrentPadding(client->audio, &padding), "GetCurrentPadding");
	space = client->buffer - padding;
	if (!space)
		return 0;
	must(IAudioRenderClient_GetBuffer(render, space, &data), "GetBuffer");
	out = (int16_t *)data;
	for (i = 0; i < space; i++)
		for (c = 0; c < SIGNAL_CHANNELS; c++)
			*out++ = done + i < client->frames ? signal_at(done + i, c) : 0;
	must(IAudioRenderClient_ReleaseBuffer(render, space, 0), "ReleaseBuffer");
	return space;
}

static void play(struct client *client)
{
	IAudioRenderClient *render;
	UINT32 done, total;

	open_client(client, eRender);
	must(IAudioClient_GetService(client->audio, &IID_IAudioRenderClient, (void **)&render),
	     "GetService");
	total = client->frames + 2 * client->buffer;
	done = fill(client, render, 0);
	must(IAudioClient_Start(client->audio), "Start");
	while (done < total) {
		wait_for_period(client);
		done += fill(client, render, done);
	}
	IAudioRenderClient_Release(render);
	close_client(client);
	printf("%u frames\n", done);
}

/* Reads the available frames; returns the number of frames of the file after that. */
static UINT32 take(struct client *client, IAudioCaptureClient *capture, FILE *file, UINT32 done)
{
	UINT32 count, keep;
	DWORD flags;
	BYTE *data;

	must(IAudioCaptureClient_GetNextPacketSize(capture, &count), "GetNextPacketSize");
	while (count) {
		must(IAudioCaptureClient_GetBuffer(capture, &data, &count, &flags, NULL, NULL), "GetBuffer");
		if (done && (flags & AUDCLNT_BUFFERFLAGS_DATA_DISCONTINUITY))
			must(E_FAIL, "a gap in the record");
		keep = count < client->frames - done ? count : client->frames - done;
		if (fwrite(data, FRAME_BYTES, keep, file) != keep)
			must(E_FAIL, "write");
		done += keep;
		must(IAudioCaptureClient_ReleaseBuffer(capture, count), "ReleaseBuffer");
		must(IAudioCaptureClient_GetNextPacketSize(capture, &count), "GetNextPacketSize");
	}
	return done;
}

static void record(struct client *client, const char *path)
{
	FILE *file = fopen(path, "wb");
	IAudioCaptureClient *capture;
	UINT32 done = 0;

	must(file ? S_OK : E_FAIL, path);
	open_client(client, eCapture);
	must(IAudioClient_GetService(client->audio, &IID_IAudioCaptureClient, (void **)&capture),
	     "GetService");
	must(IAudioClient_Start(client->audio), "Start");
	while (done < client->frames) {
		wait_for_period(client);
		done = take(client, capture, file, done);
	}
	IAudioCaptureClient_Release(capture);
	close_client(client);
	must(fclose(file) ? E_FAIL : S_OK, path);
	printf("%u frames\n", done);
}

int main(int argc, char **argv)
{
	struct client client = { 0 };
	int plays = argc == 4 && !strcmp(argv[2], "play");
	int records = argc == 5 && !strcmp(argv[2], "record");

	if (!(plays || records))
		goto usage;
	client.exclusive = !strcmp(argv[1], "exclusive");
	client.frames = strtoul(argv[3], NULL, 10);
	if ((!client.exclusive && strcmp(argv[1], "shared")) || !client.frames ||
	    client.frames > MAX_FRAMES)
		goto usage;
	if (plays)
		play(&client);
	else
		record(&client, argv[4]);
	return 0;
usage:
	fprintf(stderr, "usage: wasapi shared|exclusive play FRAMES | record FRAMES FILE\n");
	return 2;
}
