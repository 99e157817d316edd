// Any octets as a lease file of Kea: each line is a lease that can be stored, or an error that says why not.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "lease_backends/kea_csv.hpp"
#include "lease_backends/lease_columns.hpp"
#include "tests/fuzz/fuzz_check.hpp"

namespace leasehold {
namespace {

using fuzz::require;

/// So that rows are read whatever became of the file's own first line.
constexpr std::string_view header_v4 =
    "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,"
    "pool_id";
constexpr std::string_view header_v6 =
    "address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,"
    "hostname,hwaddr,state,user_context,hwtype,hwaddr_source,pool_id";

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

void check_lease(const KeaCsvRow& row, Family family) {
    const Lease& lease = row.lease;
    require(!why_not_storable(lease), "a lease that was read can be stored");
    require(row.erases == (lease.valid_lifetime == 0), "no lifetime: the lease was removed");
    require(lease.cltt + std::chrono::seconds{lease.valid_lifetime} == lease.expire, "the times agree");
    require((lease.kind == LeaseKind::v4) == (family == Family::v4), "the kind is of the file's family");
    require(lease.address.length <= 128, "a prefix has at most 128 bits");
}

void read_rows(const KeaCsvColumns& columns, Family family, const std::vector<std::string_view>& lines) {
    for (const auto line : lines) {
        const auto row = columns.row(line);
        if (row)
            check_lease(*row, family);
        else
            require(!row.error().empty(), "an error has words");
    }
}

}  // namespace
}  // namespace leasehold

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace leasehold;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    fuzz::require(unescape_kea_csv(text).size() <= size, "an escape is longer than what it stands for");
    const auto lines = lines_of(text);
    for (const auto family : {Family::v4, Family::v6}) {
        const auto usual = KeaCsvColumns::parse(family == Family::v4 ? header_v4 : header_v6, family);
        fuzz::require(usual.has_value() && usual->unknown().empty(), "the usual header is known");
        read_rows(*usual, family, lines);
        const auto own = KeaCsvColumns::parse(lines.empty() ? std::string_view{} : lines.front(), family);
        if (own)
            read_rows(*own, family, lines);
        else
            fuzz::require(!own.error().empty(), "an error has words");
    }
    return 0;
}
