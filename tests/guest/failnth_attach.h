/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * failnth_attach.h - operations of failnth_test on a card of snd-dummy, with memory, and the card
 * that is attached to it. Included once, after the other operations.
 */
#define ATTACH_DRIVER "/sys/bus/platform/drivers/snd-wavert-attach/"
#define DUMMY 0			/* number of its card: no other driver is loaded */

static int set_up_dummy(void)
{
	int err = set_up_core();

	if (!err)
		err = insert_module("/modules/snd-dummy.ko", "fake_buffer=0 pcm_substreams=1");
	return err ? err : insert_module("/modules/snd-wavert-attach.ko", "");
}

static int tear_down_dummy(void)
{
	int err = remove_module("snd_wavert_attach");

	if (!err)
		err = remove_module("snd_dummy");
	return err ? err : tear_down_core();
}

static int do_attach(int n, bool *hit)
{
	return write_file(n, hit, ATTACH_DRIVER "attach", "0");
}

static int undo_attach(void)
{
	return write_plain(ATTACH_DRIVER "detach", "0");
}

static int set_up_attached(void)
{
	int err = set_up_dummy();
	bool hit;

	return err ? err : do_attach(0, &hit);
}

static int tear_down_attached(void)
{
	int err = undo_attach();

	return err ? err : tear_down_dummy();
}

static int attached_card(void)
{
	char path[128];
	int i;

	for (i = 0; i < 32; i++) {
		snprintf(path, sizeof(path),
			 "/sys/bus/platform/devices/snd-wavert-attach.%d/sound/card%d", DUMMY, i);
		if (!access(path, F_OK))
			return i;
	}
	return -1;
}

/* A PCM whose timer could not be opened has no pin, and devtmpfs may have made no node. */
static int try_attached(void)
{
	char path[32];
	int card = attached_card(), fd;

	if (card < 0)
		return ENODEV;
	fd = stream_of((unsigned int)card, WAVERT_PLAYBACK, 0, WAVERT_STREAM_OBSERVE);
	if (fd == -ENOENT)
		fd = stream_of((unsigned int)card, WAVERT_CAPTURE, 0, WAVERT_STREAM_OBSERVE);
	snprintf(path, sizeof(path), "/dev/snd/hwC%dD0", card);
	if (fd < 0)
		return access(path, F_OK) ? 0 : -fd;
	close(fd);
	return 0;
}

static int before_attached(void)
{
	char path[32];

	snprintf(path, sizeof(path), "/dev/snd/hwC%dD0", attached_card());
	filter = open(path, O_RDWR | O_CLOEXEC);
	return filter < 0 ? errno : 0;
}

static int before_alloc_pcm(void)
{
	stream = stream_of((unsigned int)attached_card(), WAVERT_PLAYBACK, 0, 0);
	if (stream < 0)
		return -stream;
	pcm = open("/dev/snd/pcmC0D0p", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	return pcm < 0 ? errno : set_format(stream, 48000, WAVERT_FORMAT_S16, 2);
}

static int do_alloc_pcm(int n, bool *hit)
{
	struct wavert_pcm_buffer arg = {
		.buffer = {
			.flags = WAVERT_ALLOC_NOTIFICATION | WAVERT_ALLOC_PCM,
			.notifications = 2, .requested_bytes = BYTES,
		},
		.pcm_fd = pcm,
	};

	return WITH_FAULT(n, hit, ioctl(stream, WAVERT_IOC_ALLOC_PCM_BUFFER, &arg));
}

static int try_alloc_pcm(void)
{
	return set_state(stream, WAVERT_STATE_RUN);
}

/* Its last reference: then the PCM is closed. */
static int after_alloc_pcm(void)
{
	char state[16] = "";
	FILE *f;

	close(stream);
	close(pcm);
	f = fopen("/proc/asound/card0/pcm0p/sub0/status", "re");
	if (f && !fgets(state, sizeof(state), f))
		*state = 0;
	if (f)
		fclose(f);
	return strcmp(state, "closed\n") ? EBUSY : 0;
}
