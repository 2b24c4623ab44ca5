// SPDX-License-Identifier: GPL-2.0-only
/*
 * service.c - loads wavertmini.sys, and with it portcls.sys, as a kernel service. Wine
 * unloads drivers when the last client of a prefix has gone, so this is done by the program
 * that uses the driver.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "ksclient.h"

#define NAME	"wavertmini"
#define PATH	"C:\\windows\\system32\\drivers\\wavertmini.sys"

static SC_HANDLE manager, service;

void nt_load_driver(void)
{
	manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_ALL_ACCESS);
	if (!manager)
		ks_die("OpenSCManager", (ks_status)GetLastError());
	service = CreateServiceA(manager, NAME, NAME, SERVICE_ALL_ACCESS, SERVICE_KERNEL_DRIVER,
				 SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, PATH, NULL, NULL, NULL,
				 NULL, NULL);
	if (!service)
		service = OpenServiceA(manager, NAME, SERVICE_ALL_ACCESS);
	if (!service)
		ks_die("CreateService", (ks_status)GetLastError());
	if (!StartServiceA(service, 0, NULL) && GetLastError() != ERROR_SERVICE_ALREADY_RUNNING)
		ks_die("StartService", (ks_status)GetLastError());
	atexit(nt_unload_driver);
}

void nt_unload_driver(void)
{
	SERVICE_STATUS status;

	ControlService(service, SERVICE_CONTROL_STOP, &status);
	DeleteService(service);
	CloseServiceHandle(service);
	CloseServiceHandle(manager);
}
