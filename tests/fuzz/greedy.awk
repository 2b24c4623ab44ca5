# SPDX-License-Identifier: GPL-2.0-only
# Reads lines "INPUT EDGE EDGE..." and prints few inputs that together reach every edge:
# each time the one that adds the most.
{
	line[NR] = $0
}
function adds(i, take,    word, n, k, sum) {
	n = split(line[i], word, " ")
	for (k = 2; k <= n; k++) {
		sum += !(word[k] in seen)
		if (take)
			seen[word[k]]
	}
	return sum
}
END {
	for (;;) {
		best = 0
		for (i = 1; i <= NR; i++) {
			here = adds(i)
			if (here > best) {
				best = here
				choice = i
			}
		}
		if (!best)
			break
		adds(choice, 1)
		split(line[choice], first, " ")
		print first[1]
	}
}
