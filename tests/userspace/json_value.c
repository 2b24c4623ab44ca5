// SPDX-License-Identifier: GPL-2.0-only
/*
 * json_value.c - print a value of a JSON file; fails if the file is not JSON or lacks the value.
 *
 *	json_value FILE KEY...		a number as KEY selects that element of a list
 */
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

int main(int argc, char **argv)
{
	json_error_t error;
	json_t *root, *at;
	char *text;
	int i;

	if (argc < 2)
		return 2;
	root = at = json_load_file(argv[1], JSON_REJECT_DUPLICATES, &error);
	for (i = 2; at && i < argc; i++)
		at = json_is_array(at) ? json_array_get(at, (size_t)strtoul(argv[i], NULL, 10)) :
					 json_object_get(at, argv[i]);
	text = at ? json_dumps(at, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
	if (!text) {
		fprintf(stderr, "json_value: %s: %s\n", argv[1],
			root ? "no such value" : error.text);
		return 1;
	}
	puts(text);
	free(text);
	json_decref(root);
	return 0;
}
