#include "control/lease_arguments.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "control/family_names.hpp"
#include "control/lease_json.hpp"
#include "control/lease_selection.hpp"
#include "dhcp/subnet.hpp"
#include "lease_backends/lease_columns.hpp"

namespace leasehold {
namespace {

using std::chrono::seconds;

/// Takes the lease's parts one after the other. The first thing that is wrong stays; what follows does nothing.
class LeaseReader {
public:
    LeaseReader(const Arguments& arguments, const ServerConfig& config)
        : arguments_{arguments}, config_{config}, ip_{names_of(config.family).ip} {}

    Result<Lease, LeaseRefusal> read(LeaseTime now) {
        using Step = void (LeaseReader::*)();
        for (const Step step : {&LeaseReader::read_key, &LeaseReader::read_subnet, &LeaseReader::read_client,
                                &LeaseReader::read_lifetimes, &LeaseReader::read_state, &LeaseReader::read_name,
                                &LeaseReader::read_context}) {
            (this->*step)();
            if (refusal_) return std::unexpected(std::move(*refusal_));
        }
        read_times(now);
        if (!refusal_)
            if (auto problem = why_not_storable(lease_)) refuse(std::move(*problem));
        if (refusal_) return std::unexpected(std::move(*refusal_));
        return std::move(lease_);
    }

private:
    void refuse(std::string text, ResultCode result = ResultCode::error) {
        refusal_ = LeaseRefusal{result, std::move(text)};
    }
    template <class Number>
    Number number(std::string_view name, Number otherwise) const {
        return static_cast<Number>(arguments_.integer(name).value_or(otherwise));
    }
    Octets octets(std::string_view name) {
        const auto text = arguments_.text(name);
        if (!text || refusal_) return {};
        auto read = read_octets(name, *text);
        if (!read) refuse(std::move(read.error()));
        return read ? std::move(*read) : Octets{};
    }

    void read_key() {
        const auto text = *arguments_.text("ip-address");
        const auto address = read_address(config_.family, text);
        if (!address) return refuse("'ip-address' is no " + ip_ + " address: '" + text + "'");
        lease_.address = {*address, 128};
        if (config_.family == Family::v6) read_kind_and_length();
    }
    void read_kind_and_length() {
        const auto type = arguments_.text("type").value_or("IA_NA");
        const auto length = arguments_.integer("prefix-len");
        lease_.kind = type == "IA_NA" ? LeaseKind::na : LeaseKind::pd;
        if (lease_.kind == LeaseKind::na) {
            if (length.value_or(128) != 128)
                refuse("'prefix-len' of an IA_NA lease, an address, can only be 128, not " + std::to_string(*length));
            return;
        }
        if (!length) return refuse("missing parameter 'prefix-len': an IA_PD lease is a prefix of that length");
        lease_.address.length = static_cast<std::uint8_t>(*length);
        if (masked(lease_.address.address, lease_.address.length) != lease_.address.address)
            refuse("'ip-address' has bits set behind the first " + std::to_string(*length) +
                   ", the length of the prefix: " + *arguments_.text("ip-address"));
    }

    void read_subnet() {
        const auto id = number<std::uint32_t>("subnet-id", 0);
        const bool is_prefix = lease_.kind == LeaseKind::pd;
        const auto address = to_string(lease_.address.address);
        if (id == 0 && is_prefix)
            return refuse("missing parameter 'subnet-id': a delegated prefix need not lie in its subnet");
        if (id == 0) {
            const auto place = config_.subnet_index->by_address(lease_.address.address);
            if (!place)
                return refuse("subnet-id not specified and failed to find a subnet for address " + address,
                              ResultCode::conflict);
            subnet_ = &config_.subnets[*place];
        } else {
            subnet_ = config_.subnet(id);
        }
        if (subnet_ == nullptr)
            return refuse("Invalid subnet-id: No " + ip_ + " subnet with subnet-id=" + std::to_string(id) +
                              " currently configured.",
                          ResultCode::conflict);
        if (!is_prefix && !contains(subnet_->network, lease_.address.address))
            return refuse("The address " + address + " does not belong to subnet " + network_text(subnet_->network) +
                              ", subnet-id=" + std::to_string(id),
                          ResultCode::conflict);
        lease_.subnet_id = subnet_->id;
        const auto* const pool = find_pool(*subnet_, lease_.address);
        lease_.pool_id = number<std::uint32_t>("pool-id", pool == nullptr ? 0 : pool->pool_id);
    }

    void read_client() {
        lease_.hwaddr = octets("hw-address");
        lease_.client_id = octets("client-id");
        lease_.duid = octets("duid");
        lease_.iaid = number<std::uint32_t>("iaid", 0);
        const auto limit = [this](std::string_view name, const Octets& value, std::size_t max) {
            if (!refusal_ && value.size() > max)
                refuse("'" + std::string{name} + "' has " + std::to_string(value.size()) + " octets, at most " +
                       std::to_string(max) + " are possible");
        };
        limit("hw-address", lease_.hwaddr, hwaddr_size_max);
        limit("client-id", lease_.client_id, client_id_size_max);
        limit("duid", lease_.duid, duid_size_max);
    }

    void read_lifetimes() {
        lease_.valid_lifetime = number("valid-lft", subnet_->valid_lifetime.normal);
        // As Kea: of the valid lifetime, not of the preferred one.
        if (config_.family == Family::v6)
            lease_.preferred_lifetime =
                number("preferred-lft", std::min(subnet_->valid_lifetime.normal, lease_.valid_lifetime));
    }

    void read_times(LeaseTime now) {
        const seconds valid{lease_.valid_lifetime};
        lease_.cltt = now;
        if (const auto expire = arguments_.integer("expire")) {
            if (*expire < valid.count())
                return refuse("'expire', " + std::to_string(*expire) + " seconds since 1970, is less than 'valid-lft', " +
                              std::to_string(valid.count()) + " seconds: the lease would have begun before 1970");
            lease_.cltt = LeaseTime{seconds{*expire}} - valid;
        }
        lease_.expire = lease_.hold_until = lease_.cltt + valid;
    }

    void read_state() {
        lease_.state = static_cast<LeaseState>(number<std::uint8_t>("state", 0));
        if (lease_.state == LeaseState::declined && lease_.kind == LeaseKind::pd)
            return refuse("'state' 1 (declined) is no state of a delegated prefix");
        if (lease_.state == LeaseState::registered && lease_.kind != LeaseKind::na)
            refuse("'state' 4 (registered) is a state of IA_NA leases only");
    }

    void read_name() {
        lease_.hostname = lower_case(arguments_.text("hostname").value_or(""));
        lease_.fqdn_fwd = arguments_.boolean("fqdn-fwd").value_or(false);
        lease_.fqdn_rev = arguments_.boolean("fqdn-rev").value_or(false);
        if ((lease_.fqdn_fwd || lease_.fqdn_rev) && lease_.hostname.empty())
            refuse("No hostname specified and either forward or reverse fqdn was set to true.");
    }

    /// A comment is a member of the user context, as in a configuration.
    void read_context() {
        const auto* const given = arguments_.find("user-context");
        auto context = given == nullptr ? nlohmann::json::object() : config::to_json(*given);
        if (const auto comment = arguments_.text("comment")) context["comment"] = *comment;
        if (!context.empty())
            lease_.user_context = context.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }

    const Arguments& arguments_;
    const ServerConfig& config_;
    const std::string ip_;
    const SubnetConfig* subnet_ = nullptr;
    Lease lease_;
    std::optional<LeaseRefusal> refusal_;
};

}  // namespace

Result<Lease, LeaseRefusal> read_lease(const Arguments& arguments, const ServerConfig& config, LeaseTime now) {
    return LeaseReader{arguments, config}.read(now);
}

std::string lease_words(const Lease& lease) {
    return (lease.kind == LeaseKind::pd ? "prefix " : "address ") + to_string(lease.address);
}

}  // namespace leasehold
