/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * status.h - the one table of status codes: contract name, NTSTATUS value, errno.
 *
 * The calls of miniport/ return NTSTATUS values. The Linux binding expands the table to translate
 * them to errno, the library to translate them back. The mapping is one to one, so no two codes
 * become the same. The errno column is a bare token: systems without such names do not expand it.
 * Included by miniport/ and by userspace/.
 */
#ifndef WRT_STATUS_H
#define WRT_STATUS_H

#define WRT_STATUS_TABLE(X)						\
	X(INVALID_HANDLE,         0xC0000008u, EBADF)			\
	X(INVALID_PARAMETER,      0xC000000Du, EINVAL)			\
	X(INVALID_DEVICE_REQUEST, 0xC0000010u, EBADRQC)			\
	X(ACCESS_DENIED,          0xC0000022u, EACCES)			\
	X(OBJECT_TYPE_MISMATCH,   0xC0000024u, EMEDIUMTYPE)		\
	X(DATA_OVERRUN,           0xC000003Cu, EOVERFLOW)		\
	X(DATA_LATE_ERROR,        0xC000003Du, ETIME)			\
	X(INSUFFICIENT_RESOURCES, 0xC000009Au, ENOMEM)			\
	X(DEVICE_NOT_READY,       0xC00000A3u, EAGAIN)			\
	X(NOT_SUPPORTED,          0xC00000BBu, EOPNOTSUPP)		\
	X(INVALID_DEVICE_STATE,   0xC0000184u, EBADFD)			\
	X(NOT_FOUND,              0xC0000225u, ENOENT)			\
	X(DEVICE_REMOVED,         0xC00002B6u, ENODEV)			\
	X(UNSUCCESSFUL,           0xC0000001u, EREMOTEIO)		\
	X(DEVICE_BUSY,            0x80000011u, EBUSY)			\
	X(CANCELLED,              0xC0000120u, EINTR)

#define WRT_STATUS_ENUM(name, value, error) WRT_STATUS_##name = (int)(value),

/* Success is 0; every other value here is an error (its top bit is set). */
enum wrt_status {
	WRT_STATUS_SUCCESS = 0,
	WRT_STATUS_TABLE(WRT_STATUS_ENUM)
};

#endif
