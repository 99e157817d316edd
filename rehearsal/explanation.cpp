// See the header. Each part of an explanation has a function.
#include "rehearsal/explanation.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/family.hpp"
#include "dhcp/grant.hpp"
#include "dhcp/hosts.hpp"
#include "dhcp/subnet.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v6/message.hpp"
#include "dhcp/v6/option_table.hpp"
#include "rehearsal/option_origin.hpp"

namespace leasehold::rehearsal {
namespace {

using nlohmann::json;

std::string number_text(Uint128 number) {
    if (number == 0) return "0";
    std::string digits;
    for (; number != 0; number /= 10) digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(number % 10)));
    return digits;
}

json names_of(const ServerConfig& config, std::span<const ClassId> classes) {
    json names = json::array();
    for (const ClassId id : classes) names.push_back(config.class_names.name(id));
    return names;
}

std::string guard_text(const ServerConfig& config, const ClassGuard& guard) {
    std::string text;
    for (const ClassId id : guard) text.append(text.empty() ? "" : ", ").append(config.class_names.name(id));
    return text;
}

/// What is on the client's side of it, in one place for both families.
class Explainer {
public:
    Explainer(MemoryServer& server, const Packet& packet, const Place& place, const OptionWords& words)
        : server_{server}, config_{server.config()}, packet_{packet}, place_{place}, words_{words}, seen_{config_} {}

    json run() {
        {
            const ObservedDecisions observed{seen_};
            outcome_ = server_.decide(packet_, place_);
        }
        json said;
        said["family"] = config::facts_of(config_.family).protocol;
        said["packet"] = packet();
        said["interface"] = interface();
        said["tests"] = tests();
        said["classes"] = classes();
        said["subnet"] = subnet();
        said["reservation"] = reservation();
        if (!outcome_.is_answered()) {
            if (is_silence_right()) {
                said["answer"] = {{"message", nullptr}};
            } else {
                said["no-answer"] = no_answer();
            }
        } else {
            said["answer"] = answer();
            said["leases"] = leases();
            said["options"] = options();
            said["options-not-sent"] = options_not_sent();
        }
        said["stores"] = stores();
        return said;
    }

private:
    const ClientRequest& request() const {
        static const ClientRequest none;
        return outcome_.request ? *outcome_.request : none;
    }
    bool is_v4() const { return config_.family == Family::v4; }

    /// A RELEASE or DECLINE that was carried out has no answer in DHCPv4.
    bool is_silence_right() const { return outcome_.done && outcome_.drop.reason == DropReason::none; }

    json packet() const {
        json said{{"message", outcome_.kind.empty() ? "unreadable" : outcome_.kind},
                  {"octets", packet_.bytes.size()},
                  {"source", to_string(packet_.source)},
                  {"destination", to_string(packet_.destination)}};
        const auto& of = request();
        if (!of.client_id.empty()) said["client-id"] = to_hex(view(of.client_id));
        if (is_v4()) {
            const auto message = v4::MessageView::parse(packet_.bytes);
            if (message && !message->chaddr().empty()) said["hw-address"] = to_hex(message->chaddr());
            if (message && !message->giaddr().is_zero()) said["relay"] = to_string(message->giaddr());
            return said;
        }
        if (!of.hwaddr.empty()) said["hw-address"] = to_hex(view(of.hwaddr));
        const auto message = v6::MessageView::parse(packet_.bytes);
        if (message && !message->duid().empty()) said["duid"] = to_hex(message->duid());
        if (message && message->is_relayed())
            if (const auto link = v6::link_address_of(*message)) said["relay"] = to_string(*link);
        return said;
    }

    json interface() const {
        json said{{"name", place_.interface}};
        if (is_v4() && !place_.address4.is_zero()) said["address"] = to_string(place_.address4);
        if (!is_v4() && place_.address6 != Ipv6{}) said["address"] = to_string(place_.address6);
        return said;
    }

    json tests() const {
        json list = json::array();
        for (const auto& test : seen_.tests()) {
            const bool is_template = test.of->template_test.has_value();
            json said{{"class", test.of->name},
                      {is_template ? "template-test" : "test",
                       is_template ? test.of->template_test->text() : test.of->test->text()},
                      {"value", test.holds},
                      {"after-hosts", test.of->after_hosts}};
            if (is_template) said["gave"] = test.value;
            if (!test.error.empty()) said["error"] = test.error;
            json reads = json::array();
            for (const auto& read : test.reads) reads.push_back({{"what", read.what}, {"value", read.value}});
            said["read"] = std::move(reads);
            list.push_back(std::move(said));
        }
        return list;
    }

    json classes() const {
        const auto& settled = seen_.settled();
        if (!settled.empty()) return names_of(config_, settled.back().classes.all());
        if (outcome_.request) return names_of(config_, request().classes.all());
        // Refused while it was read: those that the tests had come to.
        json names = json::array();
        for (const auto& test : seen_.tests())
            if (test.holds) names.push_back(test.of->name);
        return names;
    }

    json subnet_facts(const SubnetConfig& subnet) const {
        json said{{"id", subnet.id}, {"subnet", network_text(subnet.network)}};
        if (subnet.shared_network) said["shared-network"] = config_.shared_networks[*subnet.shared_network].name;
        return said;
    }

    /// Subnets of the clue that do not take the client, by id.
    json passed_over(const SubnetSearch& search) const {
        json list = json::array();
        for (const auto& subnet : config_.subnets) {
            const bool fits = search.address ? contains(subnet.network, *search.address)
                                             : !subnet.interface.empty() && subnet.interface == search.what;
            if (!fits || admits(config_, subnet, search.classes)) continue;
            auto guard = guard_text(config_, subnet.guard);
            if (guard.empty() && subnet.shared_network)
                guard = guard_text(config_, config_.shared_networks[*subnet.shared_network].guard);
            list.push_back({{"id", subnet.id}, {"subnet", network_text(subnet.network)}, {"only-for", guard}});
        }
        return list;
    }

    json subnet() const {
        if (seen_.searches().empty()) return nullptr;
        const auto& search = seen_.searches().back();
        json said = search.found == nullptr ? json::object() : subnet_facts(*search.found);
        if (search.found == nullptr) said["id"] = nullptr;
        said["by"] = search.by;
        if (!search.what.empty()) said["looked-up"] = search.what;
        if (auto others = passed_over(search); !others.empty()) said["passed-over"] = std::move(others);
        return said;
    }

    const Reservation* host() const {
        return seen_.settled().empty() ? request().host : seen_.settled().back().host;
    }

    json reservation() const {
        json tried = json::array();
        for (const auto& identifier : request().identifiers)
            tried.push_back({{"type", identifier_name(identifier.type)}, {"identifier", to_hex(view(identifier.bytes))}});
        const auto* const found = host() != nullptr ? host() : request().global_host;
        if (found == nullptr) {
            if (tried.empty()) return nullptr;
            return {{"found", false}, {"looked-up", std::move(tried)}};
        }
        json said{{"found", true},
                  {"by", identifier_name(found->type)},
                  {"identifier", to_hex(view(found->identifier))},
                  {"scope", found->subnet_id == 0 ? "global" : "subnet " + std::to_string(found->subnet_id)}};
        json kept = json::array();
        for (const auto& unit : found->addresses) kept.push_back(to_string(unit));
        said["keeps"] = std::move(kept);
        if (!found->hostname.empty()) said["hostname"] = found->hostname;
        if (!found->classes.empty()) said["classes"] = names_of(config_, found->classes);
        said["looked-up"] = std::move(tried);
        return said;
    }

    // --- leases

    bool is_reserved(const Prefix& unit) const {
        const auto keeps = [&](const Reservation* of) {
            return of != nullptr && std::ranges::find(of->addresses, unit) != of->addresses.end();
        };
        return keeps(host()) || keeps(request().global_host);
    }

    bool is_own(const Lease& row) const {
        const auto& of = request();
        if (!is_v4()) return row.duid == of.duid;
        if (!row.client_id.empty() && !of.client_id.empty()) return row.client_id == of.client_id;
        return row.hwaddr == of.hwaddr;
    }

    bool is_asked_for(const Prefix& unit) const {
        if (is_v4()) {
            const auto message = v4::MessageView::parse(packet_.bytes);
            return message && (message->option_ipv4(v4::option::requested_address) == to_ipv4(unit) ||
                               message->ciaddr() == to_ipv4(unit));
        }
        const auto message = v6::MessageView::parse(packet_.bytes);
        if (!message) return false;
        for (const auto& ia : message->ias())
            for (const auto& lease : ia.leases())
                if (lease.unit == unit) return true;
        return false;
    }

    /// Which of the steps of dhcp/allocate found the unit: the first that can have.
    std::string why_unit(const Prefix& unit, const SubnetConfig* subnet, const PoolConfig* pool) const {
        if (is_reserved(unit)) return "reserved for it";
        const auto row = server_.keeper().table().find(unit);
        if (row && is_own(*row) && row->state == LeaseState::assigned)
            return is_expired(*row, server_.now()) ? "the client's lease, which had ended" : "the client's lease";
        if (row && is_own(*row)) return "the client had it before";
        const auto& given = outcome_.done->advances;
        const bool allocated = std::ranges::find(given, unit) != given.end();
        if (allocated && pool != nullptr) {
            const auto kind = allocator_of(*subnet, *pool);
            const char* const how = kind == AllocatorKind::iterative ? "the next"
                                    : kind == AllocatorKind::random  ? "a random"
                                                                     : "the longest";
            return std::string{how} + (row ? " one whose lease has ended, of the pool" : " free one of the pool");
        }
        if (const auto* const hold = server_.keeper().offers().of_unit(unit))
            return hold->client.bytes == request().client.bytes || !is_v4() ? "it was offered to the client"
                                                                            : "the oldest offer that nobody took up";
        if (is_asked_for(unit)) return "the client asked for it, and nobody needs it";
        return "free";
    }

    const Settled* settled_for(LeaseKind kind, std::uint32_t iaid, const Prefix& unit) const {
        for (const auto& one : seen_.settled()) {
            const bool same_ia = is_v4() || (one.kind == kind && (one.iaid == iaid || config_.flex_id_ignores_iaid));
            if (!same_ia || one.subnet == nullptr) continue;
            const bool in_pool = one.pool == nullptr || find_pool(*one.subnet, unit) == one.pool;
            if (in_pool) return &one;
        }
        return nullptr;
    }

    /// Whose range of lifetimes counted: the first class that has one, else the subnet.
    template <class Member>
    std::string lifetime_from(const Settled& settled, Member member) const {
        for (const auto* of : config_.defined(settled.classes))
            if (of->*member) return "class " + of->name;
        return "subnet " + std::to_string(settled.subnet->id) + " (its own, or inherited)";
    }

    bool is_stored(const Prefix& unit) const {
        return std::ranges::any_of(outcome_.done->changes,
                                   [&](const Change& change) { return address_of(change) == unit; });
    }

    json lease_facts(const Prefix& unit, LeaseKind kind, std::uint32_t iaid, std::uint32_t valid) const {
        json said{{"address", to_string(unit)}, {"valid-lifetime", valid}};
        const auto* const settled = settled_for(kind, iaid, unit);
        if (settled == nullptr) return said;
        said["subnet"] = subnet_facts(*settled->subnet);
        said["pool"] = settled->pool == nullptr ? json(nullptr) : json(pool_text(*settled->pool));
        said["why"] = why_unit(unit, settled->subnet, settled->pool);
        said["valid-lifetime-from"] = lifetime_from(*settled, &ClientClassConfig::valid_lifetime);
        const auto row = server_.keeper().table().find(unit);
        const bool commits = outcome_.done->holds.empty();
        if (commits && row && is_own(*row) && !is_stored(unit))
            said["valid-lifetime-from"] = "what is left of its lease, which is young (cache-threshold)";
        return said;
    }

    json leases4(const v4::MessageView& reply) const {
        json list = json::array();
        if (reply.yiaddr().is_zero()) return list;
        const auto lifetime = reply.option_u32(v4::option::lease_time).value_or(infinite_lifetime);
        list.push_back(lease_facts(to_prefix(reply.yiaddr()), LeaseKind::v4, 0, lifetime));
        return list;
    }

    json leases6(const v6::MessageView& reply) const {
        json list = json::array();
        for (const auto& ia : reply.ias()) {
            json said{{"kind", to_string(ia.kind)}, {"iaid", ia.iaid}};
            if (ia.t1 != 0 || ia.t2 != 0) said["t1"] = ia.t1, said["t2"] = ia.t2;
            if (const auto status = ia.status())
                said["status"] = {{"code", v6::to_string(status->code)}, {"text", std::string{status->text}}};
            json given = json::array();
            for (const auto& lease : ia.leases()) {
                auto facts = lease_facts(lease.unit, ia.kind, ia.iaid, lease.valid);
                facts["preferred-lifetime"] = lease.preferred;
                if (lease.valid == 0) facts["why"] = "it must not be used any more";
                given.push_back(std::move(facts));
            }
            if (given.empty() && request().subnet != nullptr) said["pools"] = pools(ia.kind);
            said["leases"] = std::move(given);
            list.push_back(std::move(said));
        }
        return list;
    }

    json leases() const {
        const auto& bytes = outcome_.done->reply->bytes;
        if (is_v4()) {
            const auto reply = v4::MessageView::parse_reply(bytes);
            return reply ? leases4(*reply) : json::array();
        }
        const auto reply = v6::MessageView::parse_reply(bytes);
        return reply ? leases6(*reply) : json::array();
    }

    // --- the answer

    std::string route_text() const {
        const auto& to = outcome_.done->reply->destination;
        switch (to.route) {
            case Route::relay: return "the relay " + to_string(to.address);
            case Route::address: return to_string(to.address);
            case Route::link_unicast: return "the client's hardware address, as " + to_string(to.address);
            case Route::broadcast: return "everybody on the link";
        }
        return {};
    }

    json answer() const {
        const auto& reply = *outcome_.done->reply;
        json said{{"message", is_v4() ? v4::to_string(v4::MessageType{reply.type})
                                      : v6::to_string(v6::MessageType{reply.type})},
                  {"to", route_text()},
                  {"octets", reply.bytes.size()}};
        if (!outcome_.done->refusal.empty()) said["refusal"] = outcome_.done->refusal;
        if (!is_v4()) {
            if (const auto view = v6::MessageView::parse_reply(reply.bytes))
                if (const auto status = view->status())
                    said["status"] = {{"code", v6::to_string(status->code)}, {"text", std::string{status->text}}};
            return said;
        }
        const auto view = v4::MessageView::parse_reply(reply.bytes);
        if (!view) return said;
        if (!view->siaddr().is_zero()) said["next-server"] = to_string(view->siaddr());
        if (!view->sname().empty()) said["server-hostname"] = std::string{view->sname()};
        if (!view->file().empty()) said["boot-file-name"] = std::string{view->file()};
        if (!outcome_.done->reservation_conflicts.empty()) {
            json taken = json::array();
            for (const auto& unit : outcome_.done->reservation_conflicts) taken.push_back(to_string(unit));
            said["reserved-but-taken"] = std::move(taken);
        }
        return said;
    }

    json options() const {
        json list = json::array();
        const auto scopes = scopes_of(config_, seen_.settled(), request());
        for (const auto& option : options_of_reply(config_.family, outcome_.done->reply->bytes)) {
            json said{{"code", option.code}, {"from", origin_of(option, config_, scopes)}};
            if (const auto name = words_.name(option.code); !name.empty()) said["name"] = name;
            if (!is_v4() && v6::is_ia(option.code)) {
                const auto ia = v6::read_ia({option.code, option.payload});
                said["data"] = "IAID " + std::to_string(ia.iaid) + ", see leases";
            } else {
                said["data"] = words_.value(option.code, option.payload);
            }
            list.push_back(std::move(said));
        }
        return list;
    }

    json options_not_sent() const {
        json list = json::array();
        const bool has_options = !seen_.settled().empty();  // a refusal carries none
        if (!has_options) return list;
        const auto scopes = scopes_of(config_, seen_.settled(), request());
        const auto sent = options_of_reply(config_.family, outcome_.done->reply->bytes);
        for (const auto& option : unsent_options(sent, config_, scopes)) {
            json said{{"code", option.code}, {"from", option.from}, {"why", option.why}};
            if (const auto name = words_.name(option.code); !name.empty()) said["name"] = name;
            list.push_back(std::move(said));
        }
        return list;
    }

    // --- no answer

    /// What each pool on the client's link has to give it.
    json pools(LeaseKind kind) const {
        json list = json::array();
        if (request().subnet == nullptr) return list;
        any_subnet_on_link(config_, *request().subnet, request().classes, [&](const SubnetConfig& subnet) {
            for (const auto& pool : subnet.pools) {
                if (pool.kind != kind) continue;
                const auto counts = server_.keeper().pools().counts(pool.index);
                const auto used = Uint128{counts.taken} + counts.held;
                json said{{"pool", pool_text(pool)}, {"subnet", subnet.id}, {"units", number_text(counts.capacity)},
                          {"taken", counts.taken}, {"offered", counts.held}, {"kept", counts.blocked}};
                if (!admits(pool.guard, request().classes))
                    said["closed"] = "only for " + guard_text(config_, pool.guard);
                else if (used + counts.blocked >= counts.capacity)
                    said["closed"] = "full";
                list.push_back(std::move(said));
            }
            return false;
        });
        return list;
    }

    std::string hint() const {
        switch (outcome_.drop.reason) {
            case DropReason::admin_filtered: {
                for (const auto& test : seen_.tests())
                    if (test.holds && test.of->id == class_id::drop) return "the test of DROP is true: " + std::string{test.of->test ? test.of->test->text() : test.of->template_test->text()};
                return "its reservation puts it into DROP";
            }
            case DropReason::not_our_client:
                return "with \"authoritative\": true the client would be refused, and would ask for a new address";
            case DropReason::not_for_us:
                return "clients name the server whose offer they took; this one answers under its own identifier only";
            case DropReason::no_subnet:
                return "name the client's network in a subnet, the relay in \"relay\", or the interface in \"interface\"";
            case DropReason::unknown_address: return "another server may have given it out; authoritative or not, it gets no NAK";
            case DropReason::limit_exceeded: return "see limits in the user-context of the subnet or class";
            default: return {};
        }
    }

    json no_answer() const {
        json said{{"reason", to_string(outcome_.drop.reason)}, {"detail", outcome_.drop.detail}};
        if (auto text = hint(); !text.empty()) said["hint"] = std::move(text);
        if (outcome_.drop.reason == DropReason::no_address)
            said["pools"] = pools(is_v4() ? LeaseKind::v4 : LeaseKind::na);
        if (outcome_.done && !outcome_.done->reservation_conflicts.empty()) {
            json taken = json::array();
            for (const auto& unit : outcome_.done->reservation_conflicts) taken.push_back(to_string(unit));
            said["reserved-but-taken"] = std::move(taken);
        }
        return said;
    }

    /// What a server would write before it answers.
    json stores() const {
        json list = json::array();
        if (!outcome_.done || outcome_.drop.reason != DropReason::none) return list;
        for (const auto& change : outcome_.done->changes) {
            json said{{"address", to_string(address_of(change))}, {"cause", to_string(cause_of(change))}};
            if (const auto* put = std::get_if<Put>(&change)) {
                said["state"] = to_string(put->lease.state);
                if (!put->lease.hostname.empty()) said["hostname"] = put->lease.hostname;
            } else {
                said["state"] = "removed";
            }
            list.push_back(std::move(said));
        }
        return list;
    }

    MemoryServer& server_;
    const ServerConfig& config_;
    const Packet& packet_;
    const Place& place_;
    const OptionWords& words_;
    Observation seen_;
    Outcome outcome_;
};

}  // namespace

json explain(MemoryServer& server, const Packet& packet, const Place& place, const OptionWords& words) {
    return Explainer{server, packet, place, words}.run();
}

bool grants(const json& explanation) {
    const auto answer = explanation.find("answer");
    if (answer == explanation.end() || answer->contains("refusal")) return false;
    const auto leases = explanation.find("leases");
    if (leases == explanation.end()) return true;
    return std::ranges::all_of(*leases, [](const json& one) {
        return !one.contains("leases") || std::ranges::any_of(one["leases"], [](const json& lease) {
            return lease.value("valid-lifetime", 0u) != 0;
        });
    });
}

}  // namespace leasehold::rehearsal
