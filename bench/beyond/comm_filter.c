#include "../twins/comm_filter.c"
