/* Preloaded when the fixture was written: gcc -shared -fPIC -o still_clock.so still_clock.c -ldl
   The clock runs from 2025-11-03T12:00:00Z on, and the host is called "host". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#define BEGIN 1762171200L
static long offset;
static int real(clockid_t id, struct timespec *at) {
    static int (*next)(clockid_t, struct timespec *);
    if (!next) next = dlsym(RTLD_NEXT, "clock_gettime");
    return next(id, at);
}
__attribute__((constructor)) static void start(void) { struct timespec at; real(CLOCK_REALTIME, &at); offset = at.tv_sec - BEGIN; }
int clock_gettime(clockid_t id, struct timespec *at) {
    int failed = real(id, at);
    if (!failed && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) at->tv_sec -= offset;
    return failed;
}
time_t time(time_t *into) {
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    if (into) *into = at.tv_sec;
    return at.tv_sec;
}
int gettimeofday(struct timeval *at, void *zone) {
    struct timespec found;
    clock_gettime(CLOCK_REALTIME, &found);
    at->tv_sec = found.tv_sec;
    at->tv_usec = found.tv_nsec / 1000;
    return 0;
}
int gethostname(char *name, size_t size) { strncpy(name, "host", size); return 0; }
