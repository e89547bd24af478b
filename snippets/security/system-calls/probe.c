/*
 * Tries every number of the x86-64 system call table, each in a process of its
 * own, and prints a line for each: the number, and what came of it.
 *
 *     0           it succeeded
 *     1 to 999    the number of the error
 *     1000 + N    signal N ended the process
 *     2000        the process ended in the call
 *     3000        it was still in the call after LIMIT, and was ended
 *
 * Every argument is -1: no descriptor, no address, no process, every flag at
 * once. Calls that take no argument cannot be made to fail; they do what they do
 * for any user: sync writes out the disks, the others concern this process alone.
 *
 * It uses no library, so that it runs wherever the kernel runs it. It is meant
 * for the inside of a container or a VM, and refuses to run elsewhere.
 */

enum { WRITE = 1, NANOSLEEP = 35, FORK = 57, WAIT = 61, KILL = 62, SETSID = 112, GETPPID = 110, END = 231 };
enum { SOCKET = 41, CLONE = 56, PERSONALITY = 135, VHANGUP = 153, MODIFY_LDT = 154, SYNC = 162, FUTEX = 202 };
enum { LAST = 511, LIMIT = 1000, LONGER = 10000 }; /* milliseconds */

static long kernel(long number, long a, long b, long c, long d)
{
    long result;
    __asm__ volatile("movq %5, %%r10\n\tsyscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(d)
                     : "rcx", "r10", "r11", "memory");
    return result;
}

/* Some calls answer to -1 as if they did not exist, or are filtered by an argument
   that ordinary programs never give. These get another one that cannot succeed. */
static long first(long number)
{
    switch (number) {
    case SOCKET: return 2;                /* of IPv4, with a type that is none */
    case CLONE: return 0x10000;           /* a thread without shared signal handlers */
    case PERSONALITY: return 0xffffffff;  /* only asks */
    case MODIFY_LDT: return 1;            /* writes, from nowhere */
    default: return -1;
    }
}

static long second(long number)
{
    return number == FUTEX ? 0 : -1; /* waits, until a time that stands nowhere */
}

/* Makes the call and ends the process with the error's number. It uses registers
   only: the child of vfork shares this memory, and after sigreturn no stack is left. */
static void attempt(long number)
{
    if (number == VHANGUP)
        kernel(SETSID, 0, 0, 0, 0); /* without a terminal there is nothing to hang up */
    __asm__ volatile("movq $-1, %%rdx\n\tmovq $-1, %%r10\n\tmovq $-1, %%r8\n\tmovq $-1, %%r9\n\t"
                     "xorq %%rsp, %%rsp\n\t"
                     "syscall\n\t"
                     "negq %%rax\n\tcmpq $4095, %%rax\n\tjbe 1f\n\txorq %%rax, %%rax\n"
                     "1:\tmovq %%rax, %%rdi\n\tmovq $231, %%rax\n\tsyscall\n\thlt"
                     :
                     : "a"(number), "D"(first(number)), "S"(second(number))
                     : "memory");
}

static int ended(long child, int *status, long milliseconds)
{
    long pause[2] = {0, 1000000};
    for (; milliseconds > 0; milliseconds--) {
        if (kernel(WAIT, child, (long)status, 1, 0) == child)
            return 1;
        kernel(NANOSLEEP, (long)pause, 0, 0, 0);
    }
    return 0;
}

static long outcome(long number)
{
    int status = 0;
    long child = kernel(FORK, 0, 0, 0, 0);
    if (child == 0)
        attempt(number);
    if (!ended(child, &status, number == SYNC ? LONGER : LIMIT)) {
        kernel(KILL, child, 9, 0, 0);
        ended(child, &status, LIMIT);
        return 3000;
    }
    if (status & 127)
        return 1000 + (status & 127);
    return status >> 8 == 255 ? 2000 : status >> 8;
}

static char *digits(char *end, long value)
{
    do {
        *--end = '0' + value % 10;
    } while ((value /= 10) > 0);
    return end;
}

void _start(void)
{
    char line[32];
    long number;
    if (kernel(GETPPID, 0, 0, 0, 0) > 1) {
        static const char no[] = "probe: only as the first process of a container, or below a VM's init\n";
        kernel(WRITE, 2, (long)no, sizeof no - 1, 0);
        kernel(END, 2, 0, 0, 0);
    }
    for (number = 0; number <= LAST; number++) {
        char *end = line + sizeof line, *start;
        *--end = '\n';
        start = digits(end, outcome(number));
        *--start = ' ';
        start = digits(start, number);
        kernel(WRITE, 1, (long)start, line + sizeof line - start, 0);
    }
    kernel(END, 0, 0, 0, 0);
}
