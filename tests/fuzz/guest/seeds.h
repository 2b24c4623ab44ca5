/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * seeds.h - meaningful programs to start with; included by corpus.c. Words are used as the
 * operation makes of them: slot first, then places in its tables (0: the usual value).
 */
#define C(name, ...)		{ .op = OP_##name, .a = { __VA_ARGS__ } }
#define AFTER(us, name, ...)	{ .op = OP_##name, .pause = us, .a = { __VA_ARGS__ } }
#define FAILING(n, name, ...)	{ .op = OP_##name, .fail = n, .a = { __VA_ARGS__ } }
#define PROGRAM(...)							\
	{								\
		.n = sizeof((struct call[]){ __VA_ARGS__ }) / sizeof(struct call),	\
		.call = { __VA_ARGS__ },				\
	}

static const struct program seeds[] = {
	/* the life of a WaveRT stream */
	PROGRAM(C(open_filter, 0), C(new_stream, 0, 0, 0, 0), C(set_format, 0), C(alloc_buffer, 0),
		C(new_event, 0), C(register_event, 0, 0), C(map_buffer, 0, 0, 1), C(map_page, 0, 1),
		C(touch, 0, 0, 1), C(set_state, 0, 3), C(step, 2), AFTER(500, read_event, 0),
		C(get_position, 0), C(set_state, 0, 2), C(touch, 1, 1), C(set_state, 0, 0),
		C(unregister_event, 0, 0), C(unmap, 0), C(free_buffer, 0), C(close, 0, STREAM)),
	/* the same for capture, many points, the other pin */
	PROGRAM(C(open_filter, 1), C(version, 1), C(caps, 1, 2, 1), C(new_stream, 1, 3, 0, 1),
		C(set_format, 1, 3, 2, 2), C(alloc_buffer, 1, 2, 6, 5), C(new_event, 1),
		C(fill_event, 1), C(register_event, 1, 1), C(poll, 1, 1, 1), C(set_state, 1, 3),
		C(step, 7), AFTER(900, poll, 1, 1, 1), C(get_position, 1), C(set_state, 1, 1)),
	/* packet mode: announced, late, early, the last one */
	PROGRAM(C(open_filter, 0), C(new_stream, 0, 0, 0, 6), C(set_format, 6), C(alloc_buffer, 6),
		C(get_latency, 6), C(get_register, 6), C(write_packet, 6, 0), C(write_packet, 6, 3),
		C(set_state, 6, 3), C(step, 4), C(packet_count, 6), C(write_packet, 6, 0),
		C(write_packet, 6, 1), C(presentation, 6), C(set_state, 6, 0), C(close, 6, STREAM)),
	PROGRAM(C(new_stream, 0, 0, 0, 6), C(set_format, 6), C(alloc_buffer, 6), C(set_state, 6, 3),
		C(write_packet, 6, 1, 6, 96), C(step, 7), AFTER(3000, packet_count, 6),
		C(presentation, 6), C(write_packet, 6, 1), C(set_state, 6, 2), C(set_state, 6, 3),
		C(set_state, 6, 0), C(close, 6, STREAM)),
	PROGRAM(C(open_filter, 0), C(new_stream, 0, 1, 0, 7), C(set_format, 7), C(alloc_buffer, 7),
		C(read_packet, 7), C(set_state, 7, 3), C(step, 7), AFTER(45000, read_packet, 7),
		C(read_packet, 7), C(read_packet, 7, 0, 0, 0, 0xf8000000), C(close, 7, STREAM)),
	/* read() of the stream file: waits, returns points, at the end returns what is left */
	PROGRAM(C(open_filter, 0), C(new_stream, 0, 0, 0, 8), C(set_format, 8), C(alloc_buffer, 8),
		C(read_stream, 8), C(read_stream, 8, 0, 2), C(set_state, 8, 3), C(step, 4),
		AFTER(45000, read_stream, 8), C(step, 4), C(read_stream, 8, 3, 2), C(step, 2),
		C(read_stream, 8, 0, 2, 0, 0xf8000000), C(poll, STREAM, 8), C(read_stream, 8, 1, 5),
		C(set_state, 8, 0), C(free_buffer, 8), C(read_stream, 8, 0, 2), C(close, 8, STREAM)),
	/* two streams start, pause and stop at once */
	PROGRAM(C(open_filter, 0), C(new_stream, 0, 0, 0, 9), C(new_stream, 0, 1, 0, 10),
		C(set_format, 9), C(set_format, 10), C(alloc_buffer, 9), C(alloc_buffer, 10),
		C(set_states, 0, 9), C(step, 4), C(set_states, 0, 9, 1 << 8), C(set_states, 0, 9),
		C(step, 2), C(set_states, 0, 9, 2 << 8), C(set_states, 0, 9, 0xf1000000),
		C(set_states, 0, 9, 0xf0000000), C(close, 9, STREAM), C(close, 10, STREAM)),
	/* without notification */
	PROGRAM(C(open_filter, 0), C(new_stream, 0, 0, 0, 2), C(set_format, 2),
		C(alloc_buffer, 2, 3), C(set_state, 2, 3), AFTER(1500, get_position, 2),
		C(step, 6), C(set_state, 2, 0), C(free_buffer, 2)),
	/* an observer of other clients' streams */
	PROGRAM(C(open_filter, 0), C(new_stream, 0, 4, 0, 3), C(new_event, 2),
		C(register_event, 3, 2), C(map_page, 3, 2), AFTER(1000, touch, 2, 0),
		C(read_proc, 0), C(get_position, 3), C(unregister_event, 3, 2),
		C(close, 3, STREAM)),
	/* one event twice, then by another name, then unregistered */
	PROGRAM(C(new_event, 3), C(dup, 3, 4, EVENT), C(register_event, 0, 3),
		C(register_event, 0, 4), C(unregister_event, 0, 4), C(register_event, 0, 3),
		C(close, 3, EVENT), C(close, 4, EVENT), C(set_state, 0, 3), C(step, 4)),
	/* clients of other minor versions: shorter structs, longer ones with zeros, then without */
	PROGRAM(C(open_filter, 0), C(caps, 0, 0, 0, 0xe0000001), C(caps, 0, 0, 0, 0xe0000802),
		C(caps, 0, 0, 0, 0xe0000804), C(new_stream, 0, 0, 0xe0000802, 6),
		C(new_stream, 0, 0, 0xe0000804, 6), C(set_format, 6, 0, 0, 0, 0xe0000802),
		C(alloc_buffer, 6, 0, 0, 0, 0xe0000201), C(new_event, 5),
		C(register_event, 6, 5, 0, 0xe0000101), C(set_state, 6, 3, 0xe0000802), C(step, 2),
		C(get_position, 6, 0xe0001000), C(get_position, 6, 0xe0000805),
		C(unregister_event, 6, 0, 14), C(unregister_event, 6, 0, 14),
		C(set_state, 6, 0, 0xe0000006), C(close, 6, STREAM)),
	/* a client of interface version 0.x */
	PROGRAM(C(open_filter, 0), C(unknown_ioctl, 0, 7), C(unknown_ioctl, 0, 8, 1)),
	/* playback by ALSA */
	PROGRAM(C(pcm_open, 0, 0), C(pcm_hw_params, 0), C(pcm_sw_params, 0, 0, 0, 1),
		C(pcm_prepare, 0), C(pcm_write, 0), C(pcm_write, 0), C(pcm_start, 0), C(step, 2),
		AFTER(700, pcm_status, 0), C(pcm_sync_ptr, 0, 1), C(pcm_pause, 0, 1),
		C(pcm_move, 0, 0, 16), C(pcm_pause, 0, 0), C(pcm_drain, 0), C(step, 6),
		AFTER(900, pcm_drop, 0), C(pcm_hw_free, 0)),
	/* capture by ALSA, mapped */
	PROGRAM(C(pcm_open, 1, 1), C(pcm_hw_params, 1, 0, 0, 256), C(pcm_sw_params, 1, 0, 0, 1),
		C(pcm_prepare, 1), C(pcm_map, 1, 4), C(pcm_start, 1), C(step, 4), C(touch, 4),
		AFTER(1200, pcm_sync_ptr, 1, 1, 1), C(pcm_sync_ptr, 1, 3), C(pcm_xrun, 1),
		C(pcm_prepare, 1), C(pcm_reset, 1), C(unmap, 4), C(close, 1, PCM)),
	PROGRAM(C(pcm_open, 1, 1), C(pcm_hw_params, 1), C(pcm_prepare, 1), C(pcm_start, 1),
		C(step, 4), AFTER(1000, pcm_read, 1), C(pcm_drain, 1), C(pcm_drop, 1)),
	/* drained: capture that runs, playback that has been prepared only */
	PROGRAM(C(pcm_open, 1, 1), C(pcm_hw_params, 1), C(pcm_prepare, 1), C(pcm_start, 1),
		C(pcm_drain, 1), C(pcm_open, 0, 0), C(pcm_hw_params, 0), C(pcm_prepare, 0),
		C(pcm_drain, 0), C(pcm_open, 3, 0, 3), C(pcm_hw_params, 3), C(pcm_prepare, 3),
		C(pcm_write, 3, 1), C(pcm_drain, 3), C(close, 3, PCM)),
	/* linked, without wake-ups */
	PROGRAM(C(pcm_open, 2, 0), C(pcm_open, 3, 1), C(pcm_hw_params, 2, 0, 0, 512),
		C(pcm_hw_params, 3, 0, 0, 512), C(pcm_sw_params, 2, 0, 0, 1), C(pcm_link, 2, 3),
		C(pcm_prepare, 2), C(pcm_prepare, 3), C(pcm_write, 2), C(pcm_start, 2), C(step, 2),
		AFTER(1000, pcm_drop, 3), C(pcm_unlink, 2)),
	/* loopback: both streams of a pair, the same format, many frames */
	PROGRAM(C(open_filter, 0), C(new_stream, 0, 0, 0, 4), C(new_stream, 0, 1, 0, 5),
		C(set_format, 4), C(set_format, 5), C(alloc_buffer, 4, 0, 0, 5),
		C(alloc_buffer, 5, 0, 0, 4), C(set_state, 4, 3), C(step, 4), C(set_state, 5, 3),
		C(step, 7), AFTER(2000, get_position, 5), C(step, 7), AFTER(30000, get_position, 5),
		C(close, 4, STREAM), C(close, 5, STREAM)),
	/* capture of each kind of sample, by timer */
	PROGRAM(C(open_filter, 0), C(new_stream, 0, 1, 0, 6), C(set_format, 6, 0, 5),
		C(alloc_buffer, 6, 3, 4, 1), C(set_state, 6, 3), C(step, 2),
		AFTER(60000, get_position, 6), C(set_state, 6, 0), C(free_buffer, 6),
		C(set_format, 6, 0, 3), C(alloc_buffer, 6), C(set_state, 6, 3), C(step, 7),
		C(set_state, 6, 2), C(set_state, 6, 3), C(step, 4), C(close, 6, STREAM)),
	/* a result that cannot be copied out */
	PROGRAM(C(open_filter, 0), C(version, 0, 0, 0, 0, 0xf8000000),
		C(caps, 0, 0, 0, 0, 0xf8000000), C(new_stream, 0, 0, 0, 0, 0xf8000000),
		C(new_stream, 0, 2, 0, 7), C(set_format, 7), C(alloc_buffer, 7, 0, 0, 0, 0xf8000000),
		C(alloc_buffer, 7, 0, 0, 0), C(get_position, 7, 0, 0, 0, 0xf8000000),
		C(map_buffer, 7, 5, 1), C(get_position, 7, 0, 0, 0, 0xfd000005),
		C(set_state, 7, 3, 0, 0, 0xfe000105), C(free_buffer, 7), C(close, 7, STREAM)),
	/* one observer too many */
	PROGRAM(C(open_filter, 0), C(new_stream, 0, 4, 0, 0), C(new_stream, 0, 4, 0, 1),
		C(new_stream, 0, 4, 0, 2), C(new_stream, 0, 4, 0, 3), C(new_stream, 0, 4, 0, 4),
		C(new_stream, 0, 4, 0, 5), C(new_stream, 0, 4, 0, 6), C(new_stream, 0, 4, 0, 7),
		C(new_stream, 0, 4, 0, 8), C(new_stream, 0, 4, 0, 9), C(close, 0, STREAM),
		C(close, 1, STREAM), C(close, 2, STREAM), C(close, 3, STREAM), C(close, 4, STREAM)),
	/* no memory */
	PROGRAM(C(open_filter, 0), FAILING(1, new_stream, 0, 0, 0, 8), FAILING(2, new_stream, 0, 4),
		FAILING(3, new_stream, 0, 4), FAILING(4, new_stream, 0, 4),
		FAILING(5, new_stream, 0, 4), C(new_stream, 0, 2, 0, 8), C(set_format, 8),
		FAILING(1, alloc_buffer, 8), FAILING(2, alloc_buffer, 8),
		FAILING(3, alloc_buffer, 8), FAILING(5, alloc_buffer, 8), C(close, 8, STREAM)),
	/* a buffer shorter than a jiffy, without wake-ups, read late */
	PROGRAM(C(pcm_open, 1, 1), C(pcm_hw_params, 1, 0, 2, 0x200), C(pcm_sw_params, 1, 0, 0, 1),
		C(pcm_prepare, 1), C(pcm_start, 1), AFTER(60000, pcm_status, 1)),
	/* other calls */
	PROGRAM(C(open_other, 0), C(register_event, 0, 0, 15), C(unknown_ioctl, 0, 0),
		C(read_step, 0), C(protect, 0, 0), C(advise, 0, 0), C(protect, 0, 1),
		C(unmap, 0, 2), C(new_stream, 0, 0xf0000000), C(step, 11)),
	/* removed while a stream runs, and bound again: the card, then the device of another's card */
	PROGRAM(C(set_state, 0, 3), C(touch, 0, 0, 1), C(unbind, 0), C(touch, 0, 0, 1),
		C(get_position, 0), C(set_state, 0, 0), C(map_buffer, 0, 0), C(map_page, 0, 1),
		C(register_event, 0, 0), C(pcm_prepare, 0), C(bind, 0), C(close, 0, FILTER),
		C(close, 0, STREAM)),
	PROGRAM(C(set_state, 0, 3), C(unbind, 1), C(get_position, 0), C(pcm_prepare, 0), C(bind, 0)),
};
