// Random configurations (shared networks, guards, reservations in and out of pools, global ones) and random
// packets: what must hold of every address that is given, whatever the rules did to choose it. Everything
// follows from one seed, which a failure prints.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "dhcp/subnet.hpp"
#include "dhcp/hosts.hpp"
#include "tests/support/world.hpp"

namespace leasehold::v4::decide_property_test {
namespace {

using std::chrono::seconds;
using testing_world::Answer;
using testing_world::Client;
using testing_world::host_of;
using testing_world::ip;
using testing_world::Packet;
using testing_world::set_hosts;
using testing_world::subnet_of;
using testing_world::unit;
using testing_world::World;

constexpr std::uint32_t clients_count = 24;
constexpr int steps = 1'500;

struct Kind {
    Client identity;
    std::string vendor;  // option 60
    std::string offered, address;
};

class Property {
public:
    explicit Property(std::uint64_t seed) : random_{seed} {
        for (std::uint32_t i = 0; i < clients_count; ++i) {
            Kind client{Client::number(i), below(3) == 0 ? "phone" : "", {}, {}};
            if (below(4) == 0) client.identity.with_id("id-" + std::to_string(i));
            // 10.0.0.1 is the relay of the network's subnets, 192.0.2.1 of the one that stands alone
            client.identity.behind(below(3) == 0 ? "192.0.2.1" : "10.0.0.1");
            clients_.push_back(client);
        }
        world_.emplace(make_config());
        world_->counts = &world_->keeper();
    }

    void run() {
        for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) step();
        EXPECT_EQ(world_->refused_changes(), 0u);
        EXPECT_GT(acks_, 30);
    }

private:
    std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }
    bool one_in(std::uint32_t count) { return below(count) == 0; }

    ServerConfig make_config() {
        ServerConfig config;
        const auto phone = testing_world::vendor_class(config, "phone");
        for (std::uint32_t id = 1; id <= 4; ++id) {
            const auto net = id == 4 ? std::string{"192.0.2."} : "10.0." + std::to_string(id - 1) + ".";
            auto subnet = subnet_of(id, net + "0/24", {{net + "10", net + "13"}, {net + "20", net + "22"}});
            subnet.valid_lifetime = {60, 300, 900};
            if (one_in(3)) subnet.pools[below(2)].guard = {phone};
            if (one_in(3)) subnet.pools[1].guard = {class_id::known};
            if (id != 1 && one_in(4)) subnet.guard = {one_in(2) ? phone : class_id::known};
            if (one_in(3)) subnet.allocator = AllocatorKind::random;
            if (id != 4) subnet.relay_addresses = {to_ipv6(ip("10.0.0.1"))};
            subnet.reservations_global = one_in(3);
            subnet.reservations_out_of_pool = one_in(5);
            subnet.offer_lifetime = one_in(4) ? 20 : 0;
            subnet.rapid_commit = one_in(3);
            if (limited_ && one_in(3)) subnet.limits.address_limit = 1 + below(5);
            config.subnets.push_back(std::move(subnet));
        }
        testing_world::add_network(config, "floor", {1, 2, 3});
        config.server_id = 77;
        set_hosts(config, make_hosts());
        finish(config);
        return config;
    }

    std::vector<Reservation> make_hosts() {
        std::map<std::string, Reservation> hosts;  // one for each address, as ip-reservations-unique wants
        for (int i = 0; i < 10; ++i) {
            const auto id = below(5);
            const auto net = id == 0 ? below(4) + 1 : id;
            const auto last = one_in(2) ? 10 + below(4) : 20 + below(6);
            const auto address = network_of(net) + std::to_string(last);
            const auto& client = clients_[below(clients_count)].identity;
            const auto known = std::ranges::any_of(hosts, [&](const auto& host) {
                return host.second.subnet_id == id && host.second.identifier == to_octets(client.hwaddr);
            });
            if (!known) hosts.emplace(address, host_of(client, id, one_in(6) ? "" : address));
        }
        std::vector<Reservation> list;
        for (auto& [address, host] : hosts) list.push_back(std::move(host));
        return list;
    }

    static std::string network_of(std::uint32_t id) {
        return id == 4 ? "192.0.2." : "10.0." + std::to_string(id - 1) + ".";
    }

    Packet packet_of(Kind& client) {
        const auto any = network_of(below(4) + 1) + std::to_string(9 + below(18));
        const auto& own = client.identity;
        if (!client.address.empty()) {
            switch (below(6)) {
                case 0: return own.release(std::exchange(client.address, {}));
                case 1: return own.init_reboot(client.address);
                case 2: return own.discover();
                default: return own.rebinding(client.address);
            }
        }
        if (!client.offered.empty()) return own.selecting(std::exchange(client.offered, {}));
        switch (below(7)) {
            case 0: return own.init_reboot(any);
            case 1: return own.selecting(any);
            case 2: return own.selecting(any).without(50);
            case 3: return own.discover().with_ip(50, any);
            case 4: return own.discover().with(80, {});
            default: return own.discover();
        }
    }

    void step() {
        world_->pass(seconds{below(8)});
        if (one_in(100)) world_->pass(seconds{below(2000)});
        world_->seed = random_();
        auto& client = clients_[below(clients_count)];
        auto packet = packet_of(client);
        if (!client.vendor.empty()) packet.with_text(60, client.vendor);
        const auto free_reserved = free_reserved_address(packet);
        const auto answer = world_->ask(packet);
        ASSERT_FALSE(answer.waits_for);
        check(packet, answer, free_reserved);
        if (answer.type() == MessageType::offer) check_offer_is_kept(client, answer.yiaddr());
        switch (answer.type()) {
            case MessageType::offer: client.offered = answer.yiaddr(); break;
            case MessageType::nak: client.address.clear(); break;
            case MessageType::ack:
                ++acks_;
                client.address = answer.yiaddr();
                break;
            default: break;
        }
    }

    /// The facts about one packet, found by walking everything.
    struct Facts {
        explicit Facts(const Packet& packet, const World& world)
            : bytes{packet.bytes()},
              message{MessageView::parse(bytes).value()},
              request{read_complete_request(message, packet.arrival, world.config(), world)} {}
        testing_world::Bytes bytes;
        MessageView message;
        Result<Request, Drop> request;
    };

    std::vector<const SubnetConfig*> subnets_for(const Request& request) const {
        std::vector<const SubnetConfig*> subnets;
        for (const auto& subnet : world_->config().subnets) {
            const bool same =
                subnet.shared_network && subnet.shared_network == request.subnet->shared_network;
            if (&subnet == request.subnet || (same && admits(subnet.guard, request.classes)))
                subnets.push_back(&subnet);
        }
        return subnets;
    }

    static bool in_pool(const SubnetConfig& subnet, Ipv4 address, const ClassSet* classes) {
        return std::ranges::any_of(subnet.pools, [&](const PoolConfig& pool) {
            return to_ipv4(pool.range.first) <= address && address <= to_ipv4(pool.range.last) &&
                   (classes == nullptr || admits(pool.guard, *classes));
        });
    }

    /// Who has the address reserved in that subnet; nullptr: nobody.
    const Reservation* owner_of(const SubnetConfig& subnet, Ipv4 address) const {
        if (subnet.reservations_out_of_pool && in_pool(subnet, address, nullptr)) return nullptr;
        for (const auto& host : world_->config().hosts->all()) {
            if (host.addresses.empty() || to_ipv4(host.addresses[0]) != address) continue;
            if (host.subnet_id == subnet.id) return &host;
            if (host.subnet_id == 0 && subnet.reservations_global) return &host;
        }
        return nullptr;
    }

    bool is_unneeded(Ipv4 address, const Request& request) const {
        const auto row = world_->row(to_string(address));
        return !row || row->state == LeaseState::released || row->hold_until < world_->now() ||
               row->hwaddr == request.hwaddr;
    }

    /// An address reserved for the client that nobody else has, in any subnet that it may use.
    bool free_reserved_address(const Packet& packet) const {
        const Facts facts{packet, *world_};
        if (!facts.request || facts.request->subnet == nullptr) return false;
        for (const auto* subnet : subnets_for(*facts.request)) {
            for (const auto& host : world_->config().hosts->all()) {
                if (host.identifier != facts.request->hwaddr || host.addresses.empty()) continue;
                const auto address = to_ipv4(host.addresses[0]);
                if (contains(subnet->network, address) && owner_of(*subnet, address) == &host &&
                    is_unneeded(address, *facts.request))
                    return true;
            }
        }
        return false;
    }

    void check(const Packet& packet, const Answer& answer, bool free_reserved) {
        if (answer.type() != MessageType::offer && answer.type() != MessageType::ack) return;
        const Facts facts{packet, *world_};
        ASSERT_TRUE(facts.request);
        const auto address = ip(answer.yiaddr());
        const auto subnets = subnets_for(*facts.request);
        const auto found = std::ranges::find_if(
            subnets, [&](const auto* subnet) { return contains(subnet->network, address); });
        ASSERT_NE(found, subnets.end()) << answer.yiaddr() << " is of no subnet that takes the client";
        const auto* owner = owner_of(**found, address);
        const bool own = owner != nullptr && owner->identifier == facts.request->hwaddr;
        ASSERT_TRUE(owner == nullptr || own) << answer.yiaddr() << " is reserved for another client";
        ASSERT_TRUE(own || in_pool(**found, address, &facts.request->classes))
            << answer.yiaddr() << " is of no pool that takes the client";
        // A limit may keep a host from its address.
        ASSERT_TRUE(own || !free_reserved || limited_)
            << "its reserved address was free, but it got " << answer.yiaddr();
        if (answer.type() != MessageType::ack) return;
        const auto row = world_->row(answer.yiaddr());
        ASSERT_TRUE(row);
        ASSERT_EQ(row->hwaddr, facts.request->hwaddr);
        ASSERT_EQ(row->subnet_id, (*found)->id);
        check_single_lease(*facts.request, row->address);
    }

    /// Whoever requests its offer at once gets it: no rule of REQUEST contradicts the choice of DISCOVER.
    void check_offer_is_kept(const Kind& client, const std::string& offered) {
        auto packet = client.identity.selecting(offered);
        if (!client.vendor.empty()) packet.with_text(60, client.vendor);
        const auto answer = world_->decide(packet);
        ASSERT_EQ(answer.type(), MessageType::ack)
            << offered << " was offered, then refused: " << answer.done->refusal;
    }

    /// A client has one live lease on its link.
    void check_single_lease(const Request& request, const Prefix& kept) {
        for (const auto* subnet : subnets_for(request)) {
            world_->keeper().table().page(std::nullopt, 1000, [&](const Lease& row) {
                EXPECT_FALSE(row.subnet_id == subnet->id && row.hwaddr == request.hwaddr &&
                             row.address != kept && row.client_id == request.client_id &&
                             row.state == LeaseState::assigned && row.expire >= world_->now())
                    << "the client has two leases";
                return true;
            });
        }
    }

    std::mt19937_64 random_;
    bool limited_ = random_() % 2 == 0;
    std::vector<Kind> clients_;
    std::optional<World> world_;
    int acks_ = 0;
};

TEST(DecideProperty, WhatIsGrantedFollowsTheRules) {
    for (std::uint64_t seed = 1; seed <= 15; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Property{seed}.run();
        if (HasFailure()) return;
    }
    const std::uint64_t fresh = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(fresh));
    Property{fresh}.run();
}

}  // namespace
}  // namespace leasehold::v4::decide_property_test
