// What the parent process asks for, read once from the environment.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host_api.h"

vgpu_options_t vgpu_options = {.gpu = "h100", .timeout_seconds = 0, .threads = 0, .report_fd = -1};

static int poison_wanted, leaks_wanted;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  const char *value;
  if ((value = getenv("BASIC_VGPU_GPU")) && *value) vgpu_options.gpu = value;
  if ((value = getenv("BASIC_VGPU_CHECK"))) {
    int all = !strcmp(value, "all");
    vgpu_options.check_memory = all || !strcmp(value, "memory");
    vgpu_options.check_races = all || !strcmp(value, "races");
  }
  if ((value = getenv("BASIC_VGPU_SEED"))) vgpu_options.seed = strtoull(value, NULL, 0);
  if ((value = getenv("BASIC_VGPU_SCHEDULE"))) vgpu_options.random_schedule = !strcmp(value, "random");
  if ((value = getenv("BASIC_VGPU_POISON")) && *value) {
    vgpu_options.poison = (uint32_t)strtoul(value, NULL, 16);
    poison_wanted = vgpu_options.has_poison = 1;
  } else if (vgpu_options.check_memory) {
    vgpu_options.poison = 0xFFFFFFFFu;  // a NaN as half, bfloat16, float or double, and -1 as an integer
    poison_wanted = vgpu_options.has_poison = 1;
  }
  if ((value = getenv("BASIC_VGPU_TIMEOUT"))) vgpu_options.timeout_seconds = strtod(value, NULL);
  if ((value = getenv("BASIC_VGPU_THREADS"))) vgpu_options.threads = atoi(value);
  if (vgpu_options.threads < 1) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    vgpu_options.threads = processors > 0 ? (int)processors : 1;
  }
  if ((value = getenv("BASIC_VGPU_REPORT")) && !strncmp(value, "fd:", 3)) {
    // A descriptor that the parent process gave us.
    char *end;
    long descriptor = strtol(value + 3, &end, 10);
    if (end > value + 3 && !*end && fcntl((int)descriptor, F_GETFD) >= 0) vgpu_options.report_fd = (int)descriptor;
  } else if (value && *value) {
    do {
      vgpu_options.report_fd = open(value, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    } while (vgpu_options.report_fd < 0 && errno == EINTR);
  }
  if ((value = getenv("BASIC_VGPU_LEAKS"))) leaks_wanted = !strcmp(value, "1");
}

void vgpu_options_load(void) { pthread_once(&once, load); }

int vgpu_poison_wanted(void) {
  vgpu_options_load();
  return poison_wanted;
}

void vgpu_want_poison(void) { poison_wanted = 1; }

int vgpu_leaks_wanted(void) {
  vgpu_options_load();
  return leaks_wanted;
}
