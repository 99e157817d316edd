// See the header.
#include "rehearsal/lease_sources.hpp"

#include <filesystem>
#include <map>

#include "lease_backends/kea_csv.hpp"
#include "lease_backends/lease_snapshot.hpp"

namespace leasehold::rehearsal {
namespace {

constexpr std::uint32_t row_errors_max = 1000;

class IntoServer final : public RowSink {
public:
    IntoServer(MemoryServer& server, LoadedLeases& loaded) : server_{server}, loaded_{loaded} {}
    bool row(Lease&& lease) override {
        ++loaded_.count;
        server_.load(std::move(lease));
        return true;
    }
    bool unreadable(UnreadableRow&&) override {
        ++loaded_.unreadable;
        return true;
    }

private:
    MemoryServer& server_;
    LoadedLeases& loaded_;
};

bool is_missing(const BackendConfig& store) {
    std::error_code unknown;
    return store.type == BackendType::sqlite && !std::filesystem::exists(store.path, unknown) && !unknown;
}

}  // namespace

StoreResult<LoadedLeases> load_kea_file(MemoryServer& server, const std::string& csv) {
    if (kea_lease_files(csv).empty())
        return std::unexpected(StoreError{StoreErrc::no_database, csv + " does not exist"});
    std::map<Prefix, Lease> last;  // of an address the last row counts, and one may take it away
    auto read = read_kea_lease_files(csv, server.config().family, row_errors_max, [&](KeaCsvRow&& row) -> StoreResult<void> {
        if (row.erases)
            last.erase(row.lease.address);
        else
            last.insert_or_assign(row.lease.address, std::move(row.lease));
        return {};
    });
    if (!read) return std::unexpected(read.error());
    LoadedLeases loaded;
    for (const auto& file : read->files) loaded.from += (loaded.from.empty() ? "" : ", ") + file;
    loaded.unreadable = read->bad_rows;
    for (auto& [address, lease] : last) {
        ++loaded.count;
        server.load(std::move(lease));
    }
    return loaded;
}

StoreResult<LoadedLeases> load_store(MemoryServer& server, const BackendConfig& store) {
    LoadedLeases loaded;
    if (store.type == BackendType::memory || store.path == ":memory:") return loaded;
    if (is_missing(store))
        return kea_lease_files(store.import_csv).empty() ? StoreResult<LoadedLeases>{loaded}
                                                         : load_kea_file(server, store.import_csv);
    BackendConfig reading = store;
    reading.family = server.config().family;
    IntoServer sink{server, loaded};
    if (const auto scanned = scan_snapshot(reading, sink); !scanned) return std::unexpected(scanned.error());
    loaded.from = describe(store);
    return loaded;
}

}  // namespace leasehold::rehearsal
