// See the header.
#include "cli/rehearsal_tools.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/replay_report.hpp"
#include "config/load.hpp"
#include "control/configured_families.hpp"
#include "control/server_duid.hpp"
#include "dhcp/exit_code.hpp"
#include "rehearsal/explanation.hpp"
#include "rehearsal/lease_sources.hpp"
#include "rehearsal/made_packet.hpp"
#include "rehearsal/pcap_file.hpp"
#include "rehearsal/place.hpp"
#include "rehearsal/replay.hpp"

namespace leasehold {
namespace {

using namespace rehearsal;

struct Failure {
    ExitCode code = ExitCode::unexpected;
    std::string text;
};
template <class T>
using Tried = Result<T, Failure>;

std::unexpected<Failure> usage(std::string text) {
    return std::unexpected(Failure{ExitCode::usage, std::move(text)});
}
std::unexpected<Failure> bad_data(std::string text) {
    return std::unexpected(Failure{ExitCode::data, std::move(text)});
}

int status_of(ExitCode code) {
    return static_cast<int>(code);
}

/// On a machine where none can be made, any will do: what is compared with it is made from it.
Result<Octets, std::string> duid_or_any(const ServerDuidConfig& config) {
    const auto made = ServerDuid{config::Directories::from_environment().data}.make(config);
    return made ? *made : Octets{0, 3, 0, 1, 2, 0, 0, 0, 0, 1};
}

Tried<config::Loaded> load(const std::string& file, Family family) {
    auto loaded = config::load_file(file, {.family = family,
                                           .directories = config::Directories::from_environment(),
                                           .server_duid = duid_or_any});
    if (!loaded) return std::unexpected(Failure{ExitCode::configuration, config::format(loaded.error())});
    return std::move(*loaded);
}

/// Of a file with both, the family that the rest of the words tells.
Tried<Family> choose_family(const std::string& file, std::optional<Family> asked, std::optional<Family> hint) {
    if (asked) return *asked;
    const auto families = families_to_serve(file, std::nullopt);
    if (families.size() == 1) return families.front();
    if (hint) return *hint;
    return usage(file + " is for both DHCPv4 and DHCPv6: add -4 or -6");
}

/// The rehearsed server answers in the name of the one in the capture.
std::shared_ptr<const ServerConfig> in_the_name_of(const CapturedServer& captured,
                                                   std::shared_ptr<const ServerConfig> config) {
    if (captured.duid.empty()) return config;
    auto renamed = std::make_shared<ServerConfig>(*config);
    renamed->duid = captured.duid;
    return renamed;
}

Tried<LoadedLeases> load_leases(MemoryServer& server, const std::string& csv, bool with_store) {
    if (csv.empty() && !with_store) return LoadedLeases{};
    auto loaded = csv.empty() ? load_store(server, server.config().lease_database) : load_kea_file(server, csv);
    if (loaded) return std::move(*loaded);
    const auto code = csv.empty() ? exit_code_of(loaded.error().code) : ExitCode::data;
    return std::unexpected(Failure{code, loaded.error().detail});
}

// --- words

Tried<Octets> read_octets(const std::string& text, const char* what) {
    auto octets = parse_hex(text);
    if (!octets) return usage(std::string{what} + ": \"" + text + "\" is not hexadecimal, such as 02:00:5e:10:00:01");
    return std::move(*octets);
}

Tried<std::optional<Ipv6>> read_address(const std::string& text, const char* what, Family family) {
    if (text.empty()) return std::optional<Ipv6>{};
    auto address = parse_ipv6(text);
    if (const auto ipv4 = parse_ipv4(text)) address = to_ipv6(*ipv4);
    if (!address || is_ipv4(*address) != (family == Family::v4))
        return usage(std::string{what} + ": \"" + text + "\" is not an " +
                     (family == Family::v4 ? "IPv4" : "IPv6") + " address");
    return address;
}

Tried<std::uint16_t> read_code(std::string_view text, Family family) {
    unsigned code = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
    const unsigned max = family == Family::v4 ? 254 : 65535;
    if (error != std::errc{} || end != text.data() + text.size() || code == 0 || code > max)
        return usage("\"" + std::string{text} + "\" is not the code of an option: a number from 1 to " +
                     std::to_string(max));
    return static_cast<std::uint16_t>(code);
}

Tried<std::pair<std::uint16_t, std::vector<std::uint8_t>>> read_option(const std::string& text, Family family) {
    const auto equals = text.find('=');
    if (equals == std::string::npos) return usage("--option " + text + ": it has the form CODE=TEXT or CODE=0xHEX");
    const auto code = read_code(std::string_view{text}.substr(0, equals), family);
    if (!code) return std::unexpected(code.error());
    const auto value = text.substr(equals + 1);
    if (!value.starts_with("0x")) return std::pair{*code, std::vector<std::uint8_t>{value.begin(), value.end()}};
    const auto octets = read_octets(value, "--option");
    if (!octets) return std::unexpected(octets.error());
    return std::pair{*code, std::vector<std::uint8_t>{octets->begin(), octets->end()}};
}

Tried<ClientWords> read_words(const ExplainArguments& arguments, Family family) {
    ClientWords words;
    const auto mac = read_octets(arguments.mac, "--mac");
    const auto client_id = read_octets(arguments.client_id, "--client-id");
    const auto duid = read_octets(arguments.duid, "--duid");
    for (const auto* octets : {&mac, &client_id, &duid})
        if (!*octets) return std::unexpected(octets->error());
    words.mac = *mac;
    words.client_id = *client_id;
    words.duid = *duid;
    const auto address = read_address(arguments.address, "--address", family);
    if (!address) return std::unexpected(address.error());
    const auto relay = read_address(arguments.relay, "--relay", family);
    if (!relay) return std::unexpected(relay.error());
    words.address = *address;
    words.relay = *relay;
    words.message = arguments.message;
    words.hostname = arguments.hostname;
    for (const auto& text : arguments.options) {
        auto option = read_option(text, family);
        if (!option) return std::unexpected(option.error());
        words.options.push_back(std::move(*option));
    }
    for (const auto& text : arguments.asks) {
        const auto code = read_code(text, family);
        if (!code) return std::unexpected(code.error());
        words.asks.push_back(*code);
    }
    return words;
}

// --- explain

/// A packet of a file, with what the file tells of its server.
struct CapturedPacket {
    CapturedDatagram datagram;
    CapturedServer server;
};

Tried<CapturedPacket> captured_packet(const ExplainArguments& arguments) {
    auto capture = read_pcap_file(arguments.capture);
    if (!capture) return bad_data(capture.error());
    for (const auto& datagram : capture->datagrams) {
        const bool wanted = arguments.number == 0 ? datagram.destination_port == 67 || datagram.destination_port == 547
                                                  : datagram.number == arguments.number;
        if (wanted && (!arguments.family || datagram.family == *arguments.family))
            return CapturedPacket{datagram, captured_server(*capture, datagram.family)};
    }
    if (arguments.number == 0) return bad_data(arguments.capture + ": no DHCP message of a client is in it");
    return bad_data(arguments.capture + ": packet " + std::to_string(arguments.number) +
                    " is not there, or is no whole DHCP message (the file has " + std::to_string(capture->packets) +
                    " packets)");
}

std::optional<Family> family_of_words(const ExplainArguments& arguments) {
    if (!arguments.duid.empty()) return Family::v6;
    if (!arguments.client_id.empty()) return Family::v4;
    for (const auto* address : {&arguments.relay, &arguments.address})
        if (!address->empty()) return parse_ipv4(*address) ? Family::v4 : Family::v6;
    return std::nullopt;
}

std::optional<Ipv6> relay_of(Family family, std::span<const std::uint8_t> octets) {
    if (family == Family::v4) {
        const auto message = v4::MessageView::parse(octets);
        if (!message || message->giaddr().is_zero()) return std::nullopt;
        return to_ipv6(message->giaddr());
    }
    const auto message = v6::MessageView::parse(octets);
    if (!message || !message->is_relayed()) return std::nullopt;
    return v6::link_address_of(*message).value_or(message->relays().back().peer_address());
}

class ExplainTool {
public:
    explicit ExplainTool(const ExplainArguments& arguments) : arguments_{arguments} {}

    Tried<nlohmann::json> run() {
        if (auto read = read_packet(); !read) return std::unexpected(read.error());
        auto loaded = load(arguments_.file, family_);
        if (!loaded) return std::unexpected(loaded.error());
        MemoryServer server{in_the_name_of(captured_server_, loaded->server), std::chrono::system_clock::now()};
        for (const Ipv4 address : captured_server_.addresses) server.add_address(address);
        const auto leases = load_leases(server, arguments_.leases, !arguments_.without_leases);
        if (!leases) return std::unexpected(leases.error());
        server.set_time(std::chrono::system_clock::now());

        const auto relay = has_octets() ? relay_of(family_, octets_) : words_.relay;
        const auto chosen = choose_place(server.config(), arguments_.interface, relay, machine_interfaces());
        if (!chosen) return usage(chosen.error());
        auto packet = packet_at(chosen->place, server);
        if (!packet) return std::unexpected(packet.error());
        auto said = explain(server, *packet, chosen->place, OptionWords{family_, *loaded->full});
        said["interface"]["assumed"] = chosen->is_assumed;
        said["leases-from"] = {{"source", leases->from}, {"count", leases->count}, {"unreadable", leases->unreadable}};
        return said;
    }

private:
    bool has_octets() const { return !arguments_.hex.empty() || captured_; }

    Tried<void> read_packet() {
        const int kinds = int{!arguments_.capture.empty()} + int{!arguments_.hex.empty()} +
                          int{!arguments_.mac.empty() || !arguments_.client_id.empty() || !arguments_.duid.empty()};
        if (kinds != 1) return usage("name a client (--mac, --client-id, --duid), --packet or --hex, and one of them only");
        if (!arguments_.capture.empty()) {
            auto captured = captured_packet(arguments_);
            if (!captured) return std::unexpected(captured.error());
            captured_ = std::move(captured->datagram);
            captured_server_ = std::move(captured->server);
            octets_ = captured_->payload;
        }
        const auto family = choose_family(arguments_.file, arguments_.family,
                                          captured_ ? captured_->family : family_of_words(arguments_));
        if (!family) return std::unexpected(family.error());
        family_ = *family;
        if (captured_ && captured_->family != family_)
            return usage(arguments_.capture + ": the packet is of the other family than the configuration");
        if (!arguments_.hex.empty()) {
            const auto octets = read_octets(arguments_.hex, "--hex");
            if (!octets) return std::unexpected(octets.error());
            octets_.assign(octets->begin(), octets->end());
        }
        auto words = read_words(arguments_, family_);
        if (!words) return std::unexpected(words.error());
        words_ = std::move(*words);
        return {};
    }

    Tried<Packet> packet_at(const Place& place, MemoryServer& server) const {
        if (captured_)
            return Packet{octets_, captured_->source, captured_->destination, captured_->source_port};
        if (has_octets()) return envelop(octets_, family_, place);
        auto made = make_packet(words_, server, place);
        if (!made) return usage(made.error());
        return std::move(*made);
    }

    const ExplainArguments& arguments_;
    Family family_ = Family::v4;
    ClientWords words_;
    std::optional<CapturedDatagram> captured_;
    CapturedServer captured_server_;
    std::vector<std::uint8_t> octets_;
};

int fail(const Failure& failure, std::ostream& err) {
    err << failure.text << "\n";
    return status_of(failure.code);
}

int run_tool(const ExplainArguments& arguments, std::ostream& out, std::ostream& err) {
    const auto said = ExplainTool{arguments}.run();
    if (!said) return fail(said.error(), err);
    // What clients send need not be UTF-8.
    if (arguments.json)
        out << said->dump(4, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
    else
        out << explanation_text(*said);
    return grants(*said) ? 0 : 1;
}

// --- replay

int run_tool(const ReplayArguments& arguments, std::ostream& out, std::ostream& err) {
    auto capture = read_pcap_file(arguments.capture);
    if (!capture) return fail({ExitCode::data, capture.error()}, err);
    if (capture->datagrams.empty())
        return fail({ExitCode::data, arguments.capture + ": none of its " + std::to_string(capture->packets) +
                                         " packets is DHCP"},
                    err);
    const auto family = choose_family(arguments.file, arguments.family, capture->datagrams.front().family);
    if (!family) return fail(family.error(), err);
    auto loaded = load(arguments.file, *family);
    if (!loaded) return fail(loaded.error(), err);

    const auto captured = captured_server(*capture, *family);
    MemoryServer server{in_the_name_of(captured, loaded->server), capture->datagrams.front().at};
    for (const Ipv4 address : captured.addresses) server.add_address(address);
    const auto leases = load_leases(server, arguments.leases, false);
    if (!leases) return fail(leases.error(), err);

    ReplayOptions options{.place = {}, .ignored = {arguments.ignored.begin(), arguments.ignored.end()}};
    if (!arguments.interface.empty()) {
        const auto chosen = choose_place(server.config(), arguments.interface, std::nullopt, machine_interfaces());
        if (!chosen) return fail({ExitCode::usage, chosen.error()}, err);
        options.place = chosen->place;
    }
    ReplayReport report{out, arguments.json, arguments.all};
    const auto summary = replay(*capture, server, OptionWords{*family, *loaded->full}, options,
                                [&](const Turn& turn) { report.turn(turn); });
    report.summary(summary, *capture, *leases);
    return summary.different == 0 ? 0 : 1;
}

}  // namespace

int run_rehearsal(const RehearsalArguments& arguments, std::ostream& out, std::ostream& err) {
    return std::visit([&](const auto& tool) { return run_tool(tool, out, err); }, arguments);
}

}  // namespace leasehold
