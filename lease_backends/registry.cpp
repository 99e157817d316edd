// Until its owner's branch arrives: nobody is refused.
#include "lease_backends/registry.hpp"

namespace leasehold {

ServerIdentity identity_of(std::uint64_t server_id) {
    return {server_id, ""};
}
StoreResult<std::uint64_t> register_server(SqlConnection&, Family, const ServerIdentity&,
                                           std::optional<std::uint64_t>, bool) {
    return 1;
}
StoreResult<void> refresh_registration(SqlConnection&, Family, std::uint64_t) {
    return {};
}
StoreResult<void> release_registration(SqlConnection&, Family, std::uint64_t) {
    return {};
}

}  // namespace leasehold
