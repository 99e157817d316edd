// Every backend by name: what is built is what stands here.
#include "lease_backends/open.hpp"

#include "lease_backends/memory_store.hpp"
#include "lease_backends/server_store.hpp"
#include "lease_backends/sqlite_store.hpp"

namespace leasehold {

std::unique_ptr<LeaseStore> make_lease_store(const BackendConfig& config) {
    switch (config.type) {
        case BackendType::memory: return std::make_unique<MemoryStore>();
        case BackendType::sqlite: return std::make_unique<SqliteStore>(config);
        case BackendType::postgresql: return std::make_unique<ServerStore>(config, make_postgres_session);
        case BackendType::mariadb: return std::make_unique<ServerStore>(config, make_mariadb_session);
    }
    return nullptr;
}

}  // namespace leasehold
