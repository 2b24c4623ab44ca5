# SPDX-License-Identifier: GPL-2.0-only
# Finds all blocks of a module built with KCOV: reads "objdump -dr --no-show-raw-insn", prints
# "SECTION OFFSET" of every instruction after a call of __sanitizer_cov_trace_pc, which is
# what KCOV reports. Called by run.sh.
#
# On User Mode Linux (-mcmodel=large) the function's address is kept in a register, or on the
# stack, and called from there, anywhere in the function: so follow where it can be, along
# all jumps, until nothing new is learnt. A place may be too many then, but none is missed;
# run.sh compares with what was reached. Left out are
# blocks that only report undefined behaviour.

function hex(s,   i, n)
{
	sub(/^0x/, "", s)
	for (i = 1; i <= length(s); i++)
		n = n * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
	return n + 0
}

# "SYMBOL+0x1f-0x4" as "SECTION:OFFSET"; empty when it is no place of this file
function place(r,   base, at, add)
{
	add = 4
	sub(/-0x0*4$/, "", r) ? add = 0 : 0
	if (r ~ /-0x/)
		return ""
	base = r
	sub(/\+0x.*/, "", base)
	at = r ~ /\+0x/ ? hex(substr(r, index(r, "+0x") + 1)) : 0
	if (base ~ /^\.text|^\.init\.text|^\.exit\.text/)
		return base ":" (at + (add ? 4 : 0))
	if (base in symbol)
		return symbol[base]
	return ""
}

# One name for all widths of a register
function whole(r)
{
	sub(/^%/, "", r)
	if (r ~ /^r[0-9]+[dwb]$/)
		return "%" substr(r, 1, length(r) - 1)
	if (r ~ /^e/)
		return "%r" substr(r, 2)
	if (r ~ /^[abcd][lh]$/)
		return "%r" substr(r, 1, 1) "x"
	if (r ~ /^(ax|bx|cx|dx|si|di|bp|sp)$/)
		return "%r" r
	if (r ~ /^(sil|dil|bpl|spl)$/)
		return "%r" substr(r, 1, 2)
	return "%" r
}

# The last operand, and the one before it
function operands(args,   depth, i, ch)
{
	last = first = ""
	for (i = 1; i <= length(args); i++) {
		ch = substr(args, i, 1)
		depth += (ch == "(") - (ch == ")")
		if (ch == "," && !depth) {
			first = last
			last = ""
		} else
			last = last ch
	}
	if (last ~ /^%/)
		last = whole(last)
	if (first ~ /^%/)
		first = whole(first)
}

function has(set, what)
{
	return index(set, "," what ",") > 0
}

function without(set, what,   at)
{
	at = index(set, "," what ",")
	return at ? substr(set, 1, at) substr(set, at + length(what) + 2) : set
}

# What holds the address after instruction i
function after(i, set,   n, k)
{
	if (op[i] ~ /^movabs/ && reloc[i] ~ /^__sanitizer_cov_trace_pc/) {
		operands(args[i])
		return has(set, last) ? set : set last ","
	}
	if (op[i] ~ /^call/) {
		n = split("%rax %rcx %rdx %rsi %rdi %r8 %r9 %r10 %r11", scratch, " ")
		for (k = 1; k <= n; k++)
			set = without(set, scratch[k])
		return set
	}
	if (op[i] ~ /^(cmp|test|push|jmp|j[a-z]+$|nop|bt$|bt[lqw]$)/ || args[i] == "")
		return set
	operands(args[i])
	if (op[i] ~ /^mov[lq]?$/ && has(set, first))
		return has(set, last) ? set : set last ","
	return without(set, last)
}

function join(i, set,   k, n, part, grew)
{
	if (!(i in op))
		return
	if (!(i in state)) {
		state[i] = ","
		grew = 1
	}
	n = split(set, part, ",")
	for (k = 1; k <= n; k++)
		if (part[k] != "" && !has(state[i], part[k])) {
			state[i] = state[i] part[k] ","
			grew = 1
		}
	if (grew && !waiting[i]) {
		waiting[i] = 1
		queue[++queued] = i
	}
}

# A block for undefined behaviour, that only calls the sanitizer
function is_sanitizer(i,   k, handler)
{
	for (k = 0; k < 12 && i != "" && op[i] !~ /^(j|ret)/; k++) {
		if (op[i] ~ /^call/)
			return reloc[i] ~ /^__ubsan_handle/ || args[i] == handler
		if (reloc[i] ~ /^__ubsan_handle/) {
			operands(args[i])
			handler = "*" last
		}
		i = following[i]
	}
	return 0
}

/^Disassembly of section/ {
	section = $4
	sub(/:$/, "", section)
	i = ""
	next
}

/^[0-9a-f]+ <.*>:$/ {
	name = substr($2, 2, length($2) - 3)
	symbol[name] = section ":" hex($1)
	entry[++entries] = section ":" hex($1)
	next
}

/^ *[0-9a-f]+:\t/ {
	address = $1
	sub(/:$/, "", address)
	new = section ":" hex(address)
	if (i != "")
		following[i] = new
	i = new
	printed[i] = address
	op[i] = $2
	line = $0
	sub(/^[^\t]*\t/, "", line)
	sub(/^(notrack|rep|repz|lock|data16|cs) /, "", line)
	op[i] = line
	sub(/[ \t].*/, "", op[i])
	args[i] = line
	if (!sub(/^[^ \t]+[ \t]+/, "", args[i]))
		args[i] = ""
	sub(/ *[#<].*/, "", args[i])
	next
}

/R_X86_64_/ {
	reloc[i] = $3
}

END {
	for (k = 1; k <= entries; k++)
		join(entry[k], "")
	while (queued) {
		i = queue[queued--]
		waiting[i] = 0
		set = after(i, state[i])
		if (op[i] ~ /^j/)
			join(i in reloc ? place(reloc[i]) : substr(i, 1, index(i, ":")) hex(args[i]),
			     set)
		if (op[i] !~ /^(jmp|ret|ud2)/)
			join(following[i], set)
	}
	for (i in op) {
		if (op[i] !~ /^call/)
			continue
		target = args[i]
		sub(/^\*/, "", target)
		if (is_sanitizer(following[i]))
			continue
		if (reloc[i] ~ /^__sanitizer_cov_trace_pc/ || has(state[i], target)) {
			n = i
			sub(/:.*/, "", n)
			print n, printed[following[i]]
		}
	}
}
