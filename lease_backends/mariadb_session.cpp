#include "lease_backends/lease_session.hpp"

namespace leasehold {

std::unique_ptr<LeaseSession> make_mariadb_session(const BackendConfig&) {
    return nullptr;
}

}  // namespace leasehold
