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
			end = bytes * next++ + got;
		} else if (err >= 0) {
			err = wavert_stream_set_state(stream, WAVERT_STATE_RUN);
			err = err ? err : wavert_stream_wait(stream, -1, NULL);
		}
	}
	if (err < 0)
		return err;
	return wavert_stream_drain(stream, end, -1);
}

int main(int argc, char **argv)
{
	struct wavert_device *device = NULL;
	struct wavert_stream *stream = NULL;
	SF_INFO info = { 0 };
	SNDFILE *file = sf_open(argc > 1 ? argv[1] : "", SFM_READ, &info);
	size_t frame_bytes = info.channels * sizeof(short);
	int err = wavert_open(&device, argc > 2 ? argv[2] : "0");

	if (!err)
		err = wavert_stream_open(&stream, device, WAVERT_PLAYBACK, 0, 0);
	if (!err)
		err = wavert_stream_set_format(stream, info.samplerate, WAVERT_FORMAT_S16,
					       info.channels);
	if (!err)	/* 200 ms, two packets */
		err = wavert_stream_alloc(stream, info.samplerate / 5 * frame_bytes, 2, 0);
	if (!err)
		err = wavert_stream_event(stream);
	if (err >= 0)
		err = play(stream, file, frame_bytes);
	if (err < 0)
		fprintf(stderr, "play_file: %s\n", file ? wavert_strerror(err) : sf_strerror(NULL));
	wavert_stream_close(stream);
	wavert_close(device);
	sf_close(file);
	return err < 0;
}
