/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wavertddi.h - the parts of WaveRT that the headers of mingw-w64 lack: the property set for
 * clients and the two packet interfaces. Layouts are those of the documentation, for 64 bit.
 * Included by the driver, by the port driver with which it is tested, and by clients.
 */
#ifndef WRT_NT_WAVERTDDI_H
#define WRT_NT_WAVERTDDI_H

/* portcls.h of mingw-w64 uses these two names, but none of its headers defines them. */
#ifdef __MINGW64_VERSION_MAJOR
typedef struct {
	ULONG FifoSize;
	ULONG ChipsetDelay;
	ULONG CodecDelay;
} KSRTAUDIO_HWLATENCY;

typedef struct {
	PVOID Register;
	ULONG Width;
	ULONGLONG Numerator;
	ULONGLONG Denominator;
	ULONG Accuracy;
} KSRTAUDIO_HWREGISTER;
#endif

#ifdef WRT_NT_KERNEL
#ifdef __MINGW64_VERSION_MAJOR
typedef WCHAR TCHAR;	/* of ksmedia.h */
#endif
#define CINTERFACE
#include <portcls.h>
#include <wdmguid.h>

#ifdef __MINGW64_VERSION_MAJOR
NTSTATUS NTAPI PcGetPhysicalDeviceObject(PDEVICE_OBJECT device, PDEVICE_OBJECT *out);
#endif

#ifndef EX_TIMER_HIGH_RESOLUTION	/* not declared for Windows 7, for which this is compiled */
#define EX_TIMER_HIGH_RESOLUTION	4
#endif
#else
#include <ks.h>
#include <ksmedia.h>
#endif

/* ---- KSPROPSETID_RtAudio ------------------------------------------------------------- */

enum {
	RT_BUFFER = 1,
	RT_HWLATENCY,
	RT_POSITIONREGISTER,
	RT_CLOCKREGISTER,
	RT_BUFFER_WITH_NOTIFICATION,
	RT_REGISTER_NOTIFICATION_EVENT,
	RT_UNREGISTER_NOTIFICATION_EVENT,
	RT_QUERY_NOTIFICATION_SUPPORT,
	RT_PACKETCOUNT,
	RT_PRESENTATION_POSITION,
	RT_GETREADPACKET,
	RT_SETWRITEPACKET,
	RT_PACKETVREGISTER,
};

struct rt_buffer_property {
	KSPROPERTY property;
	PVOID base;
	ULONG bytes;
	ULONG count;	/* not used for RT_BUFFER */
};

struct rt_buffer {
	PVOID address;
	ULONG actual;
	BOOL barrier;
};

struct rt_event_property {
	KSPROPERTY property;
	HANDLE event;
};

struct rt_register_property {
	KSPROPERTY property;
	PVOID base;
};

struct rt_read_packet {
	ULONG number;
	ULONG flags;
	ULONG64 qpc;
	BOOL more;
};

struct rt_write_packet {
	ULONG number;
	ULONG flags;
	ULONG eos_bytes;
};

/* KSAUDIO_PRESENTATION_POSITION */
struct rt_presentation {
	ULONG64 frames;
	ULONG64 qpc;
};

_Static_assert(sizeof(KSPROPERTY) == 24, "KSPROPERTY");
_Static_assert(sizeof(struct rt_buffer_property) == 40, "KSRTAUDIO_BUFFER_PROPERTY");
_Static_assert(sizeof(struct rt_buffer) == 16, "KSRTAUDIO_BUFFER");
_Static_assert(sizeof(struct rt_event_property) == 32, "KSRTAUDIO_NOTIFICATION_EVENT_PROPERTY");
_Static_assert(sizeof(struct rt_read_packet) == 24, "KSRTAUDIO_GETREADPACKET_INFO");
_Static_assert(sizeof(struct rt_write_packet) == 12, "KSRTAUDIO_SETWRITEPACKET_INFO");
_Static_assert(sizeof(KSRTAUDIO_HWREGISTER) == 40, "KSRTAUDIO_HWREGISTER");

/* ---- IMiniportWaveRTInputStream, IMiniportWaveRTOutputStream -------------------------- */

DEFINE_GUID(NT_IID_INPUT, 0xcd8e756a, 0x5fc7, 0x4624, 0x98, 0x4b, 0x2a, 0xf0, 0x29, 0x25, 0xb9,
	    0x1f);
DEFINE_GUID(NT_IID_OUTPUT, 0x831fc7bc, 0x6347, 0x44bc, 0xb4, 0x7b, 0xc0, 0xc6, 0x57, 0xb5, 0xbf,
	    0x73);

#ifdef WRT_NT_KERNEL

struct nt_input;
struct nt_output;

#define NT_UNKNOWN(type)								\
	NTSTATUS (STDMETHODCALLTYPE *QueryInterface)(struct type *i, REFIID iid, PVOID *out);	\
	ULONG (STDMETHODCALLTYPE *AddRef)(struct type *i);				\
	ULONG (STDMETHODCALLTYPE *Release)(struct type *i)

struct nt_input_vtbl {
	NT_UNKNOWN(nt_input);
	NTSTATUS (STDMETHODCALLTYPE *GetReadPacket)(struct nt_input *i, ULONG *number,
						    DWORD *flags, ULONG64 *qpc, BOOL *more);
};

struct nt_output_vtbl {
	NT_UNKNOWN(nt_output);
	NTSTATUS (STDMETHODCALLTYPE *SetWritePacket)(struct nt_output *i, ULONG number,
						     DWORD flags, ULONG eos_bytes);
	NTSTATUS (STDMETHODCALLTYPE *GetOutputStreamPresentationPosition)
		(struct nt_output *i, struct rt_presentation *out);
	NTSTATUS (STDMETHODCALLTYPE *GetPacketCount)(struct nt_output *i, ULONG *out);
};

struct nt_input {
	const struct nt_input_vtbl *lpVtbl;
};

struct nt_output {
	const struct nt_output_vtbl *lpVtbl;
};

#endif
#endif
