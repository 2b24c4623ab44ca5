// SPDX-License-Identifier: GPL-2.0-only
/*
 * ks.c - see ksclient.h. NtDeviceIoControlFile(), since DeviceIoControl() translates the
 * status to an error of Win32 and loses it.
 */
#include <stdbool.h>

#include "ksclient.h"

#define ANSWER_MS	10000

NTSTATUS NTAPI NtDeviceIoControlFile(HANDLE file, HANDLE event, PIO_APC_ROUTINE apc, PVOID ctx,
				     PIO_STATUS_BLOCK status, ULONG code, PVOID in, ULONG in_bytes,
				     PVOID out, ULONG out_bytes);

/* A driver that never answers may still write to the stack: the request cannot be abandoned. */
static ks_status answer(HANDLE pin, HANDLE done, const IO_STATUS_BLOCK *io)
{
	if (WaitForSingleObject(done, ANSWER_MS)) {
		CancelIo(pin);
		if (WaitForSingleObject(done, ANSWER_MS))
			ks_die("a property is not answered", STATUS_PENDING);
	}
	return io->Status;
}

ks_status ks_property(HANDLE pin, const GUID *set, ULONG id, ULONG verb, KSPROPERTY *property,
		      ULONG property_bytes, void *value, ULONG value_bytes, ULONG *got)
{
	static __thread HANDLE done;
	IO_STATUS_BLOCK io = { 0 };
	ks_status status;

	if (!pin)
		return KS_NO_PIN;
	if (!done)
		done = CreateEventA(NULL, TRUE, FALSE, NULL);
	property->Set = *set;
	property->Id = id;
	property->Flags = verb;
	status = NtDeviceIoControlFile(pin, done, NULL, NULL, &io, IOCTL_KS_PROPERTY, property,
				       property_bytes, value, value_bytes);
	if (status == STATUS_PENDING)
		status = answer(pin, done, &io);
	if (got)
		*got = (ULONG)io.Information;
	return status;
}

ks_status ks_get(HANDLE pin, const GUID *set, ULONG id, void *value, ULONG bytes)
{
	KSPROPERTY property;
	ULONG got;
	ks_status status = ks_property(pin, set, id, KSPROPERTY_TYPE_GET, &property,
				       sizeof(property), value, bytes, &got);

	if (!status && got != bytes)
		return (ks_status)0xC0000004;	/* STATUS_INFO_LENGTH_MISMATCH */
	return status;
}

ks_status ks_set(HANDLE pin, const GUID *set, ULONG id, const void *value, ULONG bytes)
{
	KSPROPERTY property;

	return ks_property(pin, set, id, KSPROPERTY_TYPE_SET, &property, sizeof(property),
			   (void *)value, bytes, NULL);
}

void ks_format(KSDATAFORMAT_WAVEFORMATEX *out, ULONG rate, ULONG bits, bool is_float,
	       ULONG channels)
{
	memset(out, 0, sizeof(*out));
	out->DataFormat.FormatSize = sizeof(*out);
	out->DataFormat.MajorFormat = KSDATAFORMAT_TYPE_AUDIO;
	out->DataFormat.SubFormat = KSDATAFORMAT_SUBTYPE_PCM;
	if (is_float)
		out->DataFormat.SubFormat = KSDATAFORMAT_SUBTYPE_IEEE_FLOAT;
	out->DataFormat.Specifier = KSDATAFORMAT_SPECIFIER_WAVEFORMATEX;
	out->WaveFormatEx.wFormatTag = WAVE_FORMAT_PCM;
	if (is_float)
		out->WaveFormatEx.wFormatTag = WAVE_FORMAT_IEEE_FLOAT;
	if (channels > 0xffff)
		channels = 0xffff;
	out->WaveFormatEx.nChannels = (WORD)channels;
	out->WaveFormatEx.nSamplesPerSec = rate;
	out->WaveFormatEx.wBitsPerSample = (WORD)bits;
	out->WaveFormatEx.nBlockAlign = (WORD)(channels * bits / 8);
	out->WaveFormatEx.nAvgBytesPerSec = rate * out->WaveFormatEx.nBlockAlign;
	out->DataFormat.SampleSize = out->WaveFormatEx.nBlockAlign;
}

ks_status ks_create_pin(ULONG pin, const KSDATAFORMAT *format, HANDLE *out)
{
	struct {
		KSPROPERTY property;
		KSPIN_CONNECT connect;
		char format[256];
	} call = { .connect = { .PinId = pin } };
	ks_status status;
	HANDLE h;

	if (format->FormatSize > sizeof(call.format))
		return (ks_status)0xC000000D;	/* STATUS_INVALID_PARAMETER */
	memcpy(call.format, format, format->FormatSize);
	h = CreateFileA(PORT_DEVICE, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
			FILE_FLAG_OVERLAPPED, NULL);	/* as KsCreatePin() does */
	*out = h;
	if (h == INVALID_HANDLE_VALUE)
		return (ks_status)0xC0000034;	/* STATUS_OBJECT_NAME_NOT_FOUND */
	status = ks_property(h, &PORT_PROPERTIES, PORT_CREATE_PIN, KSPROPERTY_TYPE_SET,
			     &call.property, sizeof(call), NULL, 0, NULL);
	if (status)
		CloseHandle(h);
	return status;
}

const char *ks_wine_version(void)
{
	const char *(*version)(void);
	FARPROC found = GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version");

	memcpy(&version, &found, sizeof(version));
	if (!version)
		return NULL;
	return version();
}
