// See the header. A message and its answer belong together by transaction id, client and relay.
#include "rehearsal/replay.hpp"

#include <algorithm>
#include <unordered_map>

#include "dhcp/v4/message.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v6/message.hpp"

namespace leasehold::rehearsal {
namespace {

/// A repeated message comes later than a copy of the same one.
constexpr std::chrono::milliseconds copy_age_max{200};
constexpr std::chrono::seconds relaying_time_max{2};

enum class Side : std::uint8_t { client, server, other };

/// What pairs a message with its answer.
struct Label {
    Side side = Side::other;
    std::uint8_t type = 0;
    std::string exchange;  // transaction id and client
    std::string relay;     // "": none
    std::string client;    // for people
};

std::string hex8(std::uint32_t number) {
    std::uint8_t octets[4];
    write_u32(octets, number);
    return to_hex(octets, "");
}

Label label_of_v4(const CapturedDatagram& datagram) {
    Label label;
    const auto request = v4::MessageView::parse(datagram.payload);
    const auto reply = request ? request : v4::MessageView::parse_reply(datagram.payload);
    if (!reply) {
        // Damaged ones are a client's if they say so: the server has to drop them, too.
        const bool is_query = !datagram.payload.empty() && datagram.payload[0] == v4::op_request;
        label.side = is_query && datagram.destination_port == 67 ? Side::client : Side::other;
        return label;
    }
    label.side = request ? Side::client : Side::server;
    label.type = static_cast<std::uint8_t>(reply->type());
    label.client = to_hex(reply->chaddr());
    label.exchange = hex8(reply->xid()) + " " + label.client;
    if (!reply->giaddr().is_zero()) label.relay = to_string(reply->giaddr());
    return label;
}

bool is_servers(v6::MessageType type) {
    using enum v6::MessageType;
    return type == advertise || type == reply || type == reconfigure || type == addr_reg_reply ||
           type == dhcpv4_response;
}

Label label_of_v6(const CapturedDatagram& datagram) {
    Label label;
    const auto query = v6::MessageView::parse(datagram.payload);
    const auto message = query ? query : v6::MessageView::parse_reply(datagram.payload);
    if (!message) {
        label.side = datagram.destination_port == 547 && !datagram.payload.empty() &&
                             datagram.payload[0] != static_cast<std::uint8_t>(v6::MessageType::relay_reply)
                         ? Side::client
                         : Side::other;
        return label;
    }
    label.side = is_servers(message->type()) ? Side::server : Side::client;
    label.type = static_cast<std::uint8_t>(message->type());
    label.client = to_hex(message->duid());
    label.exchange = hex8(message->xid()) + " " + label.client;
    if (message->is_relayed()) {
        const auto& relay = message->relays().front();
        label.relay = to_string(relay.link_address()) + "%" + to_string(relay.peer_address());
    }
    return label;
}

Label label_of(const CapturedDatagram& datagram) {
    return datagram.family == Family::v4 ? label_of_v4(datagram) : label_of_v6(datagram);
}

class Player {
public:
    Player(const CaptureFile& capture, MemoryServer& server, const OptionWords& words, const ReplayOptions& options)
        : capture_{capture}, server_{server}, words_{words}, options_{options} {
        labels_.reserve(capture.datagrams.size());
        for (std::size_t i = 0; i < capture.datagrams.size(); ++i) {
            labels_.push_back(label_of(capture.datagrams[i]));
            note(i);
        }
    }

    ReplaySummary play(const std::function<void(const Turn&)>& each) {
        for (std::size_t i = 0; i < labels_.size(); ++i) {
            const auto& datagram = capture_.datagrams[i];
            if (datagram.family != family() || labels_[i].side == Side::other) {
                ++summary_.others;
            } else if (labels_[i].side == Side::server) {
                ++summary_.answers;
            } else if (is_copy(i)) {
                ++summary_.repeated;
            } else {
                each(turn(i));
            }
        }
        return std::move(summary_);
    }

private:
    Family family() const { return server_.config().family; }

    void note(std::size_t i) {
        const auto& label = labels_[i];
        if (label.exchange.empty()) return;
        const auto key = label.exchange + " " + label.relay;
        if (label.side == Side::server) answers_[key].push_back(i);
        if (label.side == Side::client) {
            questions_[key].push_back(i);
            if (!label.relay.empty()) relayed_[label.exchange + " " + std::to_string(label.type)].push_back(i);
        }
    }

    /// What a capture beside a relay has twice is the relay's to send; what one on several interfaces has twice
    /// came once.
    bool is_copy(std::size_t i) const {
        const auto& label = labels_[i];
        if (label.exchange.empty()) return false;
        if (label.relay.empty() && is_relayed_next(i)) return true;
        const auto& same = questions_.at(label.exchange + " " + label.relay);
        const auto own = std::ranges::lower_bound(same, i);
        if (own == same.begin()) return false;
        const auto& before = capture_.datagrams[*std::prev(own)];
        const auto& now = capture_.datagrams[i];
        return before.payload == now.payload && now.at - before.at < copy_age_max;
    }

    /// Does a relay pass the message on a moment later, or did it a moment before? (Clocks of two interfaces may be
    /// told apart by little.) Some clients use one transaction id for ever, so the moment counts.
    bool is_relayed_next(std::size_t i) const {
        const auto& label = labels_[i];
        const auto found = relayed_.find(label.exchange + " " + std::to_string(label.type));
        if (found == relayed_.end()) return false;
        const auto is_near = [&](std::size_t other) {
            const auto apart = capture_.datagrams[other].at - capture_.datagrams[i].at;
            return apart < relaying_time_max && apart > -relaying_time_max;
        };
        const auto next = std::ranges::lower_bound(found->second, i);
        return (next != found->second.end() && is_near(*next)) ||
               (next != found->second.begin() && is_near(*std::prev(next)));
    }

    /// The first answer after the message, and before the client's next one.
    std::optional<std::size_t> answer_to(std::size_t i) const {
        const auto& label = labels_[i];
        if (label.exchange.empty()) return std::nullopt;
        const auto key = label.exchange + " " + label.relay;
        const auto found = answers_.find(key);
        if (found == answers_.end()) return std::nullopt;
        const auto answer = std::ranges::upper_bound(found->second, i);
        if (answer == found->second.end()) return std::nullopt;
        const auto& asked = questions_.at(key);
        for (auto next = std::ranges::upper_bound(asked, i); next != asked.end() && *next < *answer; ++next)
            if (!is_copy(*next)) return std::nullopt;
        return *answer;
    }

    const SubnetConfig* subnet_with(const Ipv6& address) const {
        for (const auto& subnet : server_.config().subnets)
            if (contains(subnet.network, address)) return &subnet;
        return nullptr;
    }

    /// Where the message came in: on the link whose address the answer's server had there, or whose leases it gave;
    /// what is not known stays as it was last.
    const Place& place_of(std::optional<std::size_t> answer) {
        if (options_.place) return *options_.place;
        if (!guessed_) guess_at_first();
        if (!answer || !labels_[*answer].relay.empty()) return place_;
        const auto& datagram = capture_.datagrams[*answer];
        if (family() == Family::v4) {
            const auto reply = v4::MessageView::parse_reply(datagram.payload);
            const auto named = reply ? reply->option_ipv4(v4::option::server_identifier) : std::nullopt;
            use_link(named ? to_ipv6(*named) : datagram.source);
            return place_;
        }
        const auto reply = v6::MessageView::parse_reply(datagram.payload);
        if (!reply) return place_;
        for (const auto& ia : reply->ias())
            for (const auto& lease : ia.leases())
                if (ia.kind == LeaseKind::na && subnet_with(lease.unit.address) != nullptr) use_link(lease.unit.address);
        return place_;
    }

    void use_link(const Ipv6& address) {
        const auto* const subnet = subnet_with(address);
        place_.interface = subnet == nullptr ? std::string{} : subnet->interface;
        if (family() == Family::v4)
            place_.address4 = to_ipv4(address);
        else
            place_.address6 = address;
    }

    /// Before any direct answer was seen: the first one of the capture; else the address by which relays know the server,
    /// since answers need one; without any answer that of the first subnet.
    void guess_at_first() {
        guessed_ = true;
        std::optional<std::size_t> relayed;
        for (std::size_t i = 0; i < labels_.size(); ++i) {
            if (labels_[i].side != Side::server || capture_.datagrams[i].family != family()) continue;
            if (labels_[i].relay.empty()) {
                place_of(i);
                if (!place_.address4.is_zero() || place_.address6 != Ipv6{}) return;
            } else if (!relayed) {
                relayed = i;
            }
        }
        if (relayed && family() == Family::v4) {
            const auto reply = v4::MessageView::parse_reply(capture_.datagrams[*relayed].payload);
            place_.address4 = reply->option_ipv4(v4::option::server_identifier)
                                  .value_or(to_ipv4(capture_.datagrams[*relayed].source));
            return;
        }
        const auto& subnets = server_.config().subnets;
        if (!subnets.empty()) use_link(to_ipv6(to_uint128(subnets.front().network.address) + 1));
    }

    Turn turn(std::size_t i) {
        const auto& datagram = capture_.datagrams[i];
        const auto answer = answer_to(i);
        server_.set_time(datagram.at);
        const Packet packet{datagram.payload, datagram.source, datagram.destination, datagram.source_port};
        const auto outcome = server_.decide(packet, place_of(answer));
        server_.apply(outcome);

        Turn turn{.packet = datagram.number, .at = datagram.at, .client = labels_[i].client, .message = outcome.kind,
                  .ours = {}, .theirs = {}, .why = {}, .answered_in = {}, .differences = {}};
        std::span<const std::uint8_t> ours, theirs;
        if (outcome.is_answered()) ours = outcome.done->reply->bytes;
        if (outcome.drop.reason != DropReason::none)
            turn.why = std::string{to_string(outcome.drop.reason)} + ": " + outcome.drop.detail;
        else if (outcome.done && !outcome.done->refusal.empty())
            turn.why = outcome.done->refusal;
        if (answer) {
            theirs = capture_.datagrams[*answer].payload;
            turn.answered_in = capture_.datagrams[*answer].number;
        }
        turn.ours = reply_summary(family(), ours);
        turn.theirs = reply_summary(family(), theirs);
        turn.differences = compare_replies(words_, family(), ours, theirs, options_.ignored);
        count(turn);
        return turn;
    }

    void count(const Turn& turn) {
        ++summary_.messages;
        ++(turn.differences.empty() ? summary_.same : summary_.different);
        for (const auto& difference : turn.differences) ++summary_.by_what[difference.what];
    }

    const CaptureFile& capture_;
    MemoryServer& server_;
    const OptionWords& words_;
    const ReplayOptions& options_;
    std::vector<Label> labels_;
    std::unordered_map<std::string, std::vector<std::size_t>> answers_, questions_;
    std::unordered_map<std::string, std::vector<std::size_t>> relayed_;
    Place place_;
    bool guessed_ = false;
    ReplaySummary summary_;
};

}  // namespace

CapturedServer captured_server(const CaptureFile& capture, Family family) {
    CapturedServer server;
    for (const auto& datagram : capture.datagrams) {
        if (datagram.family != family || label_of(datagram).side != Side::server) continue;
        if (family == Family::v4) {
            const auto reply = v4::MessageView::parse_reply(datagram.payload);
            if (const auto named = reply->option_ipv4(v4::option::server_identifier)) server.addresses.insert(*named);
        } else if (server.duid.empty()) {
            const auto reply = v6::MessageView::parse_reply(datagram.payload);
            if (const auto plain = v6::MessageView::parse(datagram.payload); reply || plain)
                server.duid = to_octets(reply ? reply->server_id() : plain->server_id());
        }
    }
    return server;
}

ReplaySummary replay(const CaptureFile& capture, MemoryServer& server, const OptionWords& words,
                     const ReplayOptions& options, const std::function<void(const Turn&)>& each) {
    return Player{capture, server, words, options}.play(each);
}

}  // namespace leasehold::rehearsal
