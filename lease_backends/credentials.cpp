// Until its owner's branch arrives: the configuration's values only.
#include "lease_backends/credentials.hpp"

namespace leasehold {

StoreResult<Credentials> read_credentials(const DatabaseServerConfig& server) {
    return Credentials{server.user, server.password};
}
std::string without_secrets(std::string text, const Credentials&) {
    return text;
}

}  // namespace leasehold
