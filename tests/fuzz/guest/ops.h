/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops.h - the list of operations, which defines "every kind of call". A new one is
 * a line here and a function op_NAME() in one of wavert.c, pcm.c and memory.c.
 *
 *   X(name, weight, success)
 *
 * weight: how often it is chosen for a random program. success: MAY, it must have succeeded
 * at least once in a run; NEVER, no call like this can succeed; SELDOM, it need not: the
 * state that it needs does not occur in the test environment.
 */
#define OPS(X) \
	X(open_filter, 4, MAY) \
	X(version, 1, MAY) \
	X(caps, 2, MAY) \
	X(new_stream, 10, MAY) \
	X(set_format, 8, MAY) \
	X(alloc_buffer, 12, MAY) \
	X(free_buffer, 5, MAY) \
	X(register_event, 10, MAY) \
	X(unregister_event, 6, MAY) \
	X(set_state, 14, MAY) \
	X(get_position, 6, MAY) \
	X(get_latency, 2, MAY) \
	X(get_register, 2, SELDOM) \
	X(packet_count, 3, MAY) \
	X(presentation, 3, MAY) \
	X(write_packet, 8, MAY) \
	X(read_packet, 6, MAY) \
	X(read_stream, 10, MAY) \
	X(set_states, 10, MAY) \
	X(unknown_ioctl, 1, NEVER) \
	X(map_buffer, 8, MAY) \
	X(map_page, 5, MAY) \
	X(map_register, 2, NEVER) \
	X(unmap, 6, MAY) \
	X(protect, 2, MAY) \
	X(advise, 2, MAY) \
	X(touch, 8, MAY) \
	X(new_event, 5, MAY) \
	X(read_event, 3, MAY) \
	X(fill_event, 2, MAY) \
	X(open_other, 1, MAY) \
	X(dup, 2, MAY) \
	X(close, 6, MAY) \
	X(poll, 2, MAY) \
	X(step, 14, MAY) \
	X(read_step, 1, MAY) \
	X(read_proc, 2, MAY) \
	X(unbind, 1, MAY) \
	X(bind, 1, MAY) \
	X(pcm_open, 5, MAY) \
	X(pcm_hw_params, 8, MAY) \
	X(pcm_hw_free, 3, MAY) \
	X(pcm_sw_params, 3, MAY) \
	X(pcm_prepare, 6, MAY) \
	X(pcm_start, 6, MAY) \
	X(pcm_drop, 3, MAY) \
	X(pcm_drain, 2, MAY) \
	X(pcm_pause, 4, MAY) \
	X(pcm_resume, 1, SELDOM) \
	X(pcm_xrun, 1, MAY) \
	X(pcm_reset, 1, MAY) \
	X(pcm_status, 3, MAY) \
	X(pcm_sync_ptr, 4, MAY) \
	X(pcm_move, 2, MAY) \
	X(pcm_link, 3, MAY) \
	X(pcm_unlink, 1, MAY) \
	X(pcm_write, 5, MAY) \
	X(pcm_read, 3, MAY) \
	X(pcm_map, 4, MAY)

#define OP_ENUM(name, weight, success) OP_##name,
enum { OPS(OP_ENUM) OP_COUNT };

#define OP_DECLARE(name, weight, success) \
	int op_##name(struct thread *t, const struct call *c);
OPS(OP_DECLARE)
