// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * play_file.c - a client of some 40 lines: plays a sound file to its last frame, continues after a
 * late wake-up, and reports errors.
 *
 *	play_file FILE [CARD]
 */
#include <stdio.h>

#include <sndfile.h>
#include <wavert.h>

static int play(struct wavert_stream *stream, SNDFILE *file, size_t frame_bytes)
{
	size_t bytes = wavert_stream_packet_bytes(stream), got = bytes;
	uint64_t next = 0, end = 0;
	unsigned int count;
	int err = 0;

	while (err >= 0 && got == bytes) {
		err = wavert_stream_writable(stream, &next, &count);
		if (err > 0)
			fprintf(stderr, "woken too late: %d packets skipped\n", err);
		if (err >= 0 && count) {
			void *to = wavert_stream_packet(stream, next);

			got = sf_readf_short(file, to, (sf_count_t)(bytes / frame_bytes));
			got *= frame_bytes;
			wavert_stream_barrier(stream);
			end = bytes * next++ + got;
		} else if (err >= 0) {
			err = wavert_stream_set_state(stream, WAVERT_STATE_RUN);
			if (!err)
				err = wavert_stream_wait(stream, -1, NULL);
		}
	}
	if (err < 0)
		return err;
	return wavert_stream_drain(stream, end, -1);
}

static int play_on(struct wavert_device *device, SNDFILE *file, const SF_INFO *info)
{
	size_t frame_bytes = info->channels * sizeof(short);
	struct wavert_stream *stream;
	int err;

	err = wavert_stream_open(&stream, device, WAVERT_PLAYBACK, 0, 0);
	if (err)
		return err;
	err = wavert_stream_set_format(stream, info->samplerate, WAVERT_FORMAT_S16,
				       info->channels);
	if (err)
		goto out;
	/* 200 ms, two packets */
	err = wavert_stream_alloc(stream, info->samplerate / 5 * frame_bytes, 2, 0);
	if (err)
		goto out;
	err = wavert_stream_event(stream);
	if (err < 0)
		goto out;
	err = play(stream, file, frame_bytes);
out:
	wavert_stream_close(stream);
	return err;
}

static int failed(const char *why)
{
	fprintf(stderr, "play_file: %s\n", why);
	return 1;
}

int main(int argc, char **argv)
{
	const char *path = "", *name = "0";
	struct wavert_device *device = NULL;
	SF_INFO info = { 0 };
	SNDFILE *file;
	int err;

	if (argc > 1)
		path = argv[1];
	if (argc > 2)
		name = argv[2];
	file = sf_open(path, SFM_READ, &info);
	if (!file)
		return failed(sf_strerror(NULL));
	err = wavert_open(&device, name);
	if (!err)
		err = play_on(device, file, &info);
	wavert_close(device);
	sf_close(file);
	if (err < 0)
		return failed(wavert_strerror(err));
	return 0;
}
