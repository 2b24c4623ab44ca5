/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest_device.h - the device that client_ioctl.c works with: which one it is, its modules,
 * its removal and return. Environment: CF_DEVICE=sim (default), hda-msi, hda-intx, ich,
 * hda-model, attach-hda, attach-usb, attach-aloop; CF_CLOCK=step: the step clock of simulator and
 * model, else real (virtual) time.
 */
#ifndef CF_GUEST_DEVICE_H
#define CF_GUEST_DEVICE_H

#include "client.h"

/* Frames of this rate pass. False: the device has no step clock, or has been unplugged. */
bool guest_step(uint64_t frames, uint32_t rate);
uint64_t guest_stepped(void);	/* frames, by the simulator */

/* Called once, first: inserts modules that do not depend on the kind of device. */
void guest_begin(struct cf_client *client);
/* CF_LACKS; or DEVICE_BUSY: the old one is still open, although every stream has been closed. */
enum wrt_status guest_device(const struct cf_device *wish);
void guest_unplug(void);
void guest_plug_in(void);	/* if it has been unplugged */
long guest_references(void);	/* of the module */
const char *guest_node(void);	/* of the filter */
uint32_t guest_pin(uint32_t dir, uint32_t pin);	/* whose playback and capture are connected */
long number_in(const char *path, const char *after);
_Noreturn void die(const char *what);

#endif
