#include "dhcp/lease_checks.hpp"

#include "dhcp/lease_context.hpp"
#include "dhcp/log.hpp"
#include "dhcp/subnet.hpp"

namespace leasehold {
namespace {

bool has_address(const SubnetConfig* subnet, const Ipv6& address) {
    return subnet != nullptr && contains(subnet->network, address);
}

}  // namespace

LeaseChecks::Verdict LeaseChecks::check(const Lease& row, const ServerConfig& config) {
    Verdict verdict;
    // A delegated prefix need not lie in its subnet.
    if (config.lease_check != LeaseCheck::none && row.kind != LeaseKind::pd && config.subnet_index)
        check_place(row, config, verdict);
    if (row.user_context.empty()) return verdict;
    if (auto context = corrected_context(row.user_context, config.extended_info_check)) {
        if (!verdict.corrected) verdict.corrected = row;
        verdict.corrected->user_context = std::move(*context);
        ++counts_.contexts;
        log(MessageId::LEASE_CONTEXT_CORRECTED, {{"address", to_string(row.address)}});
    }
    return verdict;
}

void LeaseChecks::check_place(const Lease& row, const ServerConfig& config, Verdict& verdict) {
    const Ipv6& address = row.address.address;
    if (has_address(config.subnet(row.subnet_id), address)) return;
    ++counts_.misplaced;
    if (counts_.examples.size() < LeaseCheckCounts::examples_max) counts_.examples.push_back(row.address);

    const LeaseCheck rule = config.lease_check;
    const char* outcome = "it is left as it is";
    const bool fixes = rule == LeaseCheck::fix || rule == LeaseCheck::fix_del;
    const auto right = fixes ? config.subnet_index->by_address(address) : std::nullopt;
    if (right) {
        verdict.corrected = row;
        verdict.corrected->subnet_id = config.subnets[*right].id;
        ++counts_.moved;
        outcome = "it now counts for the subnet that has it";
    } else if (rule == LeaseCheck::del || rule == LeaseCheck::fix_del) {
        verdict.unfit = true;
        ++counts_.unfit;
        outcome = "it will be removed";
    }
    log(MessageId::LEASE_MISPLACED,
        {{"address", to_string(row.address)}, {"subnet", row.subnet_id}, {"outcome", outcome}});
}

}  // namespace leasehold
