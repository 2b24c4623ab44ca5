// SPDX-License-Identifier: GPL-2.0-only
/*
 * clock.c - the time of a scenario; see scenario.h.
 *
 * A step clock advances by the frames that the scenario requests; any other clock is read.
 */
#include "scenario.h"

#define cl (&cf_client)

static uint64_t moved;		/* frames, since the scenario began */
static uint64_t began;		/* ns */

void time_begins(void)
{
	moved = 0;
	if (!cl->exact)
		began = cl->now_ns(48000);
}

void time_passes(uint64_t frames, uint32_t rate)
{
	cl->advance(frames, rate);
	moved += frames;
}

/* If the client does not count the frames of its step clock, it is moved frame by frame. */
bool time_passes_until(struct cf_event *e, uint64_t frames, uint32_t rate)
{
	uint64_t before;
	bool seen;

	if (!cl->exact)
		return cl->event_wait(e, frames, rate);
	if (cl->moved) {
		before = cl->moved();
		seen = cl->event_wait(e, frames, rate);
		moved += cl->moved() - before;
		return seen;
	}
	for (; !cl->event_wait(e, 0, rate); frames--) {
		if (!frames)
			return false;
		time_passes(1, rate);
	}
	return true;
}

uint64_t time_passed(void)
{
	if (cl->exact)
		return moved;
	return cl->now_ns(48000) - began;
}
