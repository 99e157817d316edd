#include "lease_backends/server_store.hpp"
