// SPDX-License-Identifier: GPL-2.0-only
/*
 * with.c - run a command on a terminal, or as an unprivileged user. For guest.sh.
 *
 *	with terminal COMMAND...	its output and errors come to standard output
 *	with nobody COMMAND...		without any group
 */
#include <grp.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int terminal(char **argv)
{
	char text[4096];
	int master, status;
	ssize_t n;
	pid_t pid = forkpty(&master, NULL, NULL, NULL);

	if (pid < 0)
		return 127;
	if (!pid) {
		execvp(argv[0], argv);
		_exit(127);
	}
	while ((n = read(master, text, sizeof(text))) > 0)
		fwrite(text, 1, (size_t)n, stdout);
	if (waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		return 127;
	return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "terminal"))
		return terminal(argv + 2);
	if (argc > 2 && !strcmp(argv[1], "nobody") && !setgroups(0, NULL) && !setgid(65534) &&
	    !setuid(65534))
		execvp(argv[2], argv + 2);
	perror("with");
	return 127;
}
