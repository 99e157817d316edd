// For tests of texts with local times: this process is in UTC while it lives.
#pragma once

#include <cstdlib>
#include <ctime>

namespace leasehold::testing_support {

class Utc {
public:
    Utc() {
        setenv("TZ", "UTC", 1);
        tzset();
    }
    ~Utc() {
        unsetenv("TZ");
        tzset();
    }
    Utc(const Utc&) = delete;
    Utc& operator=(const Utc&) = delete;
};

}  // namespace leasehold::testing_support
