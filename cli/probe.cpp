// The course of an exchange, and how it is told.
#include "cli/probe.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/probe_link.hpp"
#include "cli/probe_protocol.hpp"
#include "config/dump.hpp"
#include "dhcp/exit_code.hpp"

namespace leasehold {
namespace {

using ProbeJson = nlohmann::json;
using ProbeClock = std::chrono::steady_clock;

std::string milliseconds_text(double milliseconds) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f ms", milliseconds);
    return text;
}

/// Tells each message as it goes, or keeps all of it for the end.
class ProbeReport {
public:
    ProbeReport(const ProbeArguments& arguments, std::ostream& out) : json_{arguments.json}, out_{out} {}

    void message(const char* direction, const std::string& peer, const ProbeMessage& message, double at) {
        if (json_) {
            ProbeJson lines = ProbeJson::array();
            for (const auto& line : message.lines)
                lines.push_back({{"name", line.name}, {"value", line.text}, {"depth", line.depth}});
            exchange_.push_back({{"direction", direction}, {"peer", peer}, {"type", message.type}, {"at-ms", at}, {"content", lines}});
            return;
        }
        out_ << milliseconds_text(at) << "  " << direction << " " << message.type
             << (std::string_view{direction} == "sent" ? " to " : " from ") << peer << "\n";
        for (const auto& line : message.lines)
            out_ << std::string(static_cast<std::size_t>(8 + 2 * line.depth), ' ') << line.name
                 << (line.text.empty() ? "" : ": ") << line.text << "\n";
        out_.flush();
    }
    void server(const ProbeAnswer& answer, const std::string& from, double after) {
        servers_.push_back({{"server", answer.server.empty() ? from : answer.server},
                            {"from", from},
                            {"offers", answer.units},
                            {"refusal", answer.refusal},
                            {"after-ms", after}});
    }
    bool knows_server(const ProbeAnswer& answer, const std::string& from) const {
        const auto name = answer.server.empty() ? from : answer.server;
        return std::ranges::any_of(servers_, [&](const ProbeJson& server) { return server.at("server") == name; });
    }
    std::vector<std::string> strangers(const std::vector<std::string>& known) const {
        std::vector<std::string> found;
        for (const auto& server : servers_)
            if (!known.empty() && std::ranges::find(known, server.at("server").get<std::string>()) == known.end())
                found.push_back(server.at("server"));
        return found;
    }
    std::size_t server_count() const { return servers_.size(); }

    int finish(ProbeStatus status, const std::string& text, std::ostream& err) {
        if (json_) {
            out_ << config::pretty({{"exchange", exchange_}, {"servers", servers_}, {"status", static_cast<int>(status)},
                                    {"result", text}});
        } else {
            for (const auto& server : servers_) {
                std::string units;
                for (const auto& unit : server.at("offers")) units += " " + unit.get<std::string>();
                out_ << "server " << server.at("server").get<std::string>() << " after "
                     << milliseconds_text(server.at("after-ms")) << ": "
                     << (units.empty() ? server.at("refusal").get<std::string>() : "offers" + units) << "\n";
            }
            out_.flush();
            (status == ProbeStatus::fine ? out_ : err) << text << "\n";
        }
        out_.flush();
        return static_cast<int>(status);
    }

private:
    bool json_;
    std::ostream& out_;
    ProbeJson exchange_ = ProbeJson::array(), servers_ = ProbeJson::array();
};

std::string silence_text(const ProbeArguments& arguments, const std::string& destination, std::uint64_t others) {
    const bool v4 = arguments.family == Family::v4;
    const auto seconds = static_cast<double>(arguments.timeout.count()) / 1000 * (arguments.retries + 1);
    char waited[32];
    std::snprintf(waited, sizeof waited, "%g s", seconds);
    std::string text = "No answer in " + std::string{waited} + " from " + destination +
                       (arguments.interface.empty() ? "" : " on " + arguments.interface) + ". ";
    if (!arguments.interface.empty() && !probe_has_carrier(arguments.interface))
        text += "The interface has no carrier: is its cable, or its other end, there? ";
    if (arguments.relay)
        text += "Does the server run, has it a subnet for " + to_string(*arguments.relay) + " with something free, a route back to " +
                (v4 ? "that address" : "this machine") + ", and does a firewall pass UDP port " + (v4 ? "67" : "547") + " both ways?";
    else
        text += std::string{"Is there a server or relay on this link, does it serve this interface, has it something free for this "
                            "client, and does a firewall pass UDP ports "} + (v4 ? "67 and 68" : "546 and 547") + "?";
    text += " The server's log says whether it heard the question (Leasehold: " + std::string{v4 ? "DHCP4" : "DHCP6"} +
            "_PACKET_DROP with -d).";
    if (others > 0) text += " " + std::to_string(others) + " message(s) for other clients were heard.";
    return text;
}

class ProbeCourse {
public:
    ProbeCourse(const ProbeArguments& arguments, ProbeLink& link, ProbeProtocol& protocol, ProbeReport& report)
        : arguments_{arguments}, link_{link}, protocol_{protocol}, report_{report} {}

    struct End {
        ProbeStatus status;
        std::string text;
        bool is_socket = false;
    };

    End run() {
        std::vector<ProbeAnswer> offers;
        for (std::uint32_t attempt = 0; attempt <= arguments_.retries && offers.empty(); ++attempt) {
            const auto question = protocol_.first();
            if (const auto failed = send(question); !failed.empty()) return socket_end(failed);
            // All of the time, unless one answer is enough: there may be more servers than one.
            listen([&](ProbeAnswer answer, const std::string& from) {
                if (!report_.knows_server(answer, from)) report_.server(answer, from, milliseconds_since(asked_at_));
                offers.push_back(std::move(answer));
                return arguments_.depth != ProbeDepth::discover && offers.back().refusal.empty();
            });
        }
        if (offers.empty()) return {ProbeStatus::no_answer, silence_text(arguments_, link_.destination(), others_)};
        const auto offer = std::ranges::find_if(offers, [](const ProbeAnswer& answer) { return answer.refusal.empty(); });
        if (offer == offers.end())
            return {ProbeStatus::refused, "Nothing is offered: " + offers.front().refusal + "."};
        if (const auto strange = report_.strangers(arguments_.known); !strange.empty())
            return {ProbeStatus::stranger, "A server answers that is not --known: " + strange.front() +
                                               ". Find it by the address that its answers come from."};
        if (arguments_.depth == ProbeDepth::discover) return {ProbeStatus::fine, offered_text(*offer)};
        return take(*offer);
    }

private:
    /// From the offer to the lease, and back.
    End take(const ProbeAnswer& offer) {
        std::optional<ProbeAnswer> granted;
        const auto request = protocol_.request(offer);
        for (std::uint32_t attempt = 0; attempt <= arguments_.retries && !granted; ++attempt) {
            if (const auto failed = send(request); !failed.empty()) return socket_end(failed);
            listen([&](ProbeAnswer answer, const std::string&) {
                if (answer.type == offer.type) return false;  // another server's offer, which came late
                granted = std::move(answer);
                return true;
            });
        }
        if (!granted) return {ProbeStatus::no_answer, "An offer came, and no answer to its request: the server may have taken another "
                                                      "client meanwhile, or its lease database does not answer."};
        if (!granted->refusal.empty()) return {ProbeStatus::refused, "The request is refused: " + granted->refusal + "."};
        const std::string leased = granted->units.front() + " was leased";
        if (arguments_.depth == ProbeDepth::request) return {ProbeStatus::fine, leased + ", and is kept."};

        const auto release = protocol_.release(*granted);
        report_.message("sent", granted->server, protocol_.show(release), milliseconds_since(began_at_));
        if (const auto failed = link_.send_bound(release, granted->units.front(), granted->server); !failed.empty())
            return socket_end(failed);
        if (arguments_.family == Family::v4) return {ProbeStatus::fine, leased + ", and given back."};
        bool confirmed = false;
        listen([&](const ProbeAnswer&, const std::string&) { return confirmed = true; });
        return {confirmed ? ProbeStatus::fine : ProbeStatus::no_answer,
                leased + (confirmed ? ", and given back." : ", and no answer came to its release.")};
    }

    std::string send(const ProbeOctets& octets) {
        asked_at_ = ProbeClock::now();
        const auto failed = link_.send(octets);
        if (failed.empty())
            report_.message("sent", link_.destination(), protocol_.show(octets), milliseconds_since(began_at_));
        return failed;
    }

    void listen(const std::function<bool(ProbeAnswer, const std::string&)>& take_answer) {
        link_.receive_until(asked_at_ + arguments_.timeout, [&](std::span<const std::uint8_t> octets, const std::string& from) {
            auto answer = protocol_.read(octets);
            if (!answer) {
                ++others_;
                return false;
            }
            report_.message("received", from, protocol_.show(octets), milliseconds_since(began_at_));
            return take_answer(std::move(*answer), from);
        });
    }

    std::string offered_text(const ProbeAnswer& offer) const {
        return report_.server_count() > 1 ? std::to_string(report_.server_count()) + " servers answered; nothing was bound."
                                          : offer.units.front() + " is offered; nothing was bound.";
    }

    static End socket_end(const std::string& failed) {
        return {ProbeStatus::no_answer, "The message cannot be sent: " + failed + ".", true};
    }
    static double milliseconds_since(ProbeClock::time_point then) {
        return std::chrono::duration<double, std::milli>(ProbeClock::now() - then).count();
    }

    const ProbeArguments& arguments_;
    ProbeLink& link_;
    ProbeProtocol& protocol_;
    ProbeReport& report_;
    ProbeClock::time_point began_at_ = ProbeClock::now(), asked_at_ = began_at_;
    std::uint64_t others_ = 0;
};

/// What would not go into a message; "": all of it does.
std::string unusable_options(const ProbeArguments& arguments) {
    constexpr std::size_t octets_max = 600, hostname_max = 253;
    constexpr std::uint16_t code4_max = 254;
    std::size_t octets = 0;
    for (const auto& option : arguments.options) {
        octets += option.payload.size() + 4;
        if (arguments.family == Family::v4 && option.code > code4_max)
            return "DHCPv4 has options 1 to 254, not " + std::to_string(option.code) + ".";
    }
    if (octets > octets_max)
        return "The options take " + std::to_string(octets) + " octets, and " + std::to_string(octets_max) + " have room.";
    if (arguments.hostname.size() > hostname_max)
        return "A host name has at most " + std::to_string(hostname_max) + " octets.";
    return {};
}

/// DUID-LL (RFC 8415 11.4).
Octets duid_of(const Octets& mac) {
    Octets duid{0, 3, 0, 1};
    duid.insert(duid.end(), mac.begin(), mac.end());
    return duid;
}

}  // namespace

int run_probe(const ProbeArguments& given, std::ostream& out, std::ostream& err) {
    if (const auto wrong = unusable_options(given); !wrong.empty()) {
        err << wrong << "\n";
        return static_cast<int>(ExitCode::usage);
    }
    ProbeArguments arguments = given;
    auto link = ProbeLink::open(arguments);
    if (!link) {
        err << link.error().detail << "\n";
        return link.error().exit_status;
    }
    if (arguments.duid.empty()) arguments.duid = duid_of(arguments.mac);
    const auto protocol = arguments.family == Family::v4 ? make_probe4(arguments) : make_probe6(arguments);
    ProbeReport report{arguments, out};
    const auto end = ProbeCourse{arguments, *link, *protocol, report}.run();
    if (end.is_socket) {
        err << end.text << "\n";
        return static_cast<int>(ExitCode::sockets);
    }
    return report.finish(end.status, end.text, err);
}

}  // namespace leasehold
