// SPDX-License-Identifier: GPL-2.0-only
/*
 * group.c - WAVERT_IOC_SET_STATES: several streams of a card start or stop at once.
 *
 * The control mutexes of all of them are held. filter->group is held around them, so two groups
 * that share streams cannot wait for each other.
 */
#include <linux/file.h>
#include <linux/sched/signal.h>

#include "hwdep.h"

struct group {
	struct file *file[WAVERT_GROUP_MAX];	/* held */
	struct wrt_mp *mp[WAVERT_GROUP_MAX];
	u32 n;
};

static void put_group(struct group *g)
{
	while (g->n)
		fput(g->file[--g->n]);
}

static bool has(const struct group *g, const struct wrt_mp *mp)
{
	u32 i;

	for (i = 0; i < g->n; i++)
		if (g->mp[i] == mp)
			return true;
	return false;
}

static int add(struct group *g, struct wrt_filter *filter, int fd)
{
	struct file *file = fget(fd);
	struct wrt_pin *pin;
	int err;

	if (!file)
		return -EBADF;
	pin = file->private_data;
	err = -EMEDIUMTYPE;
	if (file->f_op != filter->stream_fops || pin->filter != filter)
		goto put;
	err = -EINVAL;
	if (has(g, &pin->mp))
		goto put;
	g->file[g->n] = file;
	g->mp[g->n++] = &pin->mp;
	return 0;
put:
	fput(file);
	return err;
}

static int get_group(struct group *g, struct wrt_filter *filter, const struct wavert_states *arg)
{
	s32 fd[WAVERT_GROUP_MAX];
	u32 i;
	int err;

	g->n = 0;
	if (!arg->count || arg->count > WAVERT_GROUP_MAX)
		return -EINVAL;
	if (copy_from_user(fd, u64_to_user_ptr(arg->fds), arg->count * sizeof(*fd)))
		return -EFAULT;
	for (i = 0; i < arg->count; i++) {
		err = add(g, filter, fd[i]);
		if (err) {
			put_group(g);
			return err;
		}
	}
	return 0;
}

/* Another thread may hold it for long. mutex_lock_nest_lock() cannot be killed before 6.16. */
static int lock_control(struct wrt_pin *pin)
{
	while (!mutex_trylock(&pin->control)) {
		schedule_timeout_killable(1);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static int set_states(struct group *g, struct wrt_filter *filter, u32 state, u64 *spread)
{
	u32 i;
	int err = 0;

	lockdep_assert_held(&filter->group);
	for (i = 0; i < g->n && !err; i++)
		err = lock_control(pin_of(g->mp[i]));
	if (err)
		i--;
	else
		err = wrt_errno(wrt_mp_set_states(g->mp, g->n, state, spread));
	while (i)
		mutex_unlock(&pin_of(g->mp[--i])->control);
	return err;
}

int wrt_call_set_states(struct wrt_call *c)
{
	struct wavert_states *arg = &c->arg.states;
	struct wrt_filter *filter = c->filter;
	u64 spread_ns = 0;
	struct group g;
	int err;

	err = get_group(&g, filter, arg);
	if (err)
		return err;
	err = mutex_lock_killable(&filter->group);
	if (!err) {
		err = set_states(&g, filter, arg->state, &spread_ns);
		mutex_unlock(&filter->group);
	}
	put_group(&g);
	arg->spread_ns = min_t(u64, spread_ns, U32_MAX);
	return err;
}
