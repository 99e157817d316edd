#include "tests/bench/load/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

#include "tests/bench/load/codec.hpp"

namespace leasehold::bench {
namespace {

/// As given, before it is known what goes with what.
struct Words {
    bool v6 = false;
    std::string server, relay, base_mac, network, delegate;
    double duration = 0, every = 1, timeout = 1, loss_percent = 0.1, run_delay_percent = 5,
           precision_percent = 5;
    double rate = 0;
    std::size_t window = 0, burst = 0;
    bool avalanche = false, search = false, no_client_id = false;
    std::string want = "address", exchange = "full", renew_from = "auto";
    std::optional<std::uint64_t> seed;
};

constexpr const char* examples = R"(Examples:
  leasehold-bench -s 10.0.0.1 --window 512               relayed DHCPv4 clients, as fast as 512 at a time go
  leasehold-bench -i eth1 --rate 2000 --duration 60      clients on the link, 2000 new ones a second
  leasehold-bench -6 -s 2001:db8::1 --relay 2001:db8:1::1 --search
  leasehold-bench -s 10.0.0.1 --avalanche --clients 100000
  leasehold-bench respond -i eth1 --network 10.0.0.0/8   the empty server to compare with
Exit status: 0 fine, 1 usage or sockets, 2 something was given twice or was not what was asked for, 3 more was lost
than --max-loss. docs/benchmark.md has all.)";

Nanoseconds to_time(double seconds) {
    return Nanoseconds{static_cast<std::int64_t>(seconds * 1e9)};
}

std::optional<Ipv6> read_address(const std::string& text) {
    if (const auto v4 = parse_ipv4(text)) return to_ipv6(*v4);
    return parse_ipv6(text);
}

/// "02:00:5e:00:00:00", with or without colons.
std::optional<std::uint64_t> read_mac_text(std::string text) {
    std::erase(text, ':');
    std::uint64_t mac = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, mac, 16);
    return text.size() == 12 && read.ec == std::errc{} && read.ptr == end ? std::optional{mac} : std::nullopt;
}

void add_common(CLI::App& app, Settings& settings, Words& words) {
    app.add_flag("-6,!-4", words.v6, "DHCPv6; without it DHCPv4");
    app.add_option("-i,--interface", settings.sockets.interface,
                   "Network interface; of relays that towards the server")
        ->type_name("NAME");
    app.add_option("--server-port", settings.sockets.server_port, "Of the server (67, 547)")
        ->type_name("PORT");
    app.add_flag("--spin", settings.work.spin, "Never sleep: less delay, a whole processor");
}

void add_clients(CLI::App& app, Settings& settings, Words& words) {
    const auto group = "Clients";
    app.add_option("--clients", settings.clients.count,
                   "How many there are; after the last one the first ones come again")
        ->check(CLI::Range(std::size_t{1}, client_count_max))
        ->capture_default_str()
        ->group(group);
    app.add_option("--seed", words.seed,
                   "Of what is random; the clients' addresses too (default: another in each run)")
        ->group(group);
    app.add_option("--base-mac", words.base_mac,
                   "Hardware address of the first client; the others count on from it")
        ->type_name("MAC")
        ->group(group);
    app.add_flag("--no-client-id", words.no_client_id, "DHCPv4: send no option 61")->group(group);
    app.add_flag("--broadcast", settings.clients.broadcast_flag, "DHCPv4: ask for answers by broadcast")
        ->group(group);
    app.add_option("--want", words.want, "DHCPv6: address, prefix or both")
        ->check(CLI::IsMember({"address", "prefix", "both"}))
        ->capture_default_str()
        ->group(group);
}

void add_path(CLI::App& app, Settings& settings, Words& words) {
    const auto group = "Way to the server";
    app.add_option("-s,--server", words.server,
                   "Address of the server: clients are behind relays. Without it they are on the link of -i")
        ->type_name("ADDRESS")
        ->group(group);
    app.add_option("--relay", words.relay,
                   "giaddr or link-address (default: this machine's address towards the server)")
        ->type_name("ADDRESS")
        ->group(group);
    app.add_option("--relays", settings.relays.count, "How many relays the clients are behind, in turn")
        ->check(CLI::Range(1u, 1u << 20))
        ->capture_default_str()
        ->group(group);
    app.add_option("--relay-step", settings.relays.step,
                   "From one relay's address to the next; in DHCPv6 from one /64 to the next (256; 1)")
        ->group(group);
    const auto short_text = [](const std::string& text) {
        return text.size() <= relay_text_size_max
                   ? ""
                   : "at most " + std::to_string(relay_text_size_max) + " octets";
    };
    app.add_option("--circuit-id", settings.relays.circuit_id,
                   "Sub-option 1 of option 82, or interface-id; % is the client's number")
        ->type_name("TEXT")
        ->check(short_text)
        ->group(group);
    app.add_option("--remote-id", settings.relays.remote_id,
                   "Sub-option 2 of option 82, or remote-id; likewise")
        ->type_name("TEXT")
        ->check(short_text)
        ->group(group);
    app.add_option("--relay-port", settings.sockets.relay_port, "Of the relays (67, 547)")
        ->type_name("PORT")
        ->group(group);
    app.add_option("--client-port", settings.sockets.client_port, "Of clients (68, 546)")
        ->type_name("PORT")
        ->group(group);
}

void add_exchanges(CLI::App& app, Settings& settings, Words& words) {
    const auto group = "Exchanges";
    app.add_option("--exchange", words.exchange,
                   "full: four messages; rapid: with rapid commit; offer: only the first two")
        ->check(CLI::IsMember({"full", "rapid", "offer"}))
        ->capture_default_str()
        ->group(group);
    app.add_option("--renew", settings.work.renewals, "Share of renewals, by clients that hold a lease")
        ->type_name("0..1")
        ->check(CLI::Range(0.0, 1.0))
        ->group(group);
    app.add_option("--release", settings.work.releases, "Share of releases")
        ->type_name("0..1")
        ->check(CLI::Range(0.0, 1.0))
        ->group(group);
    app.add_option(
           "--renew-from", words.renew_from,
           "DHCPv4: client (unicast; its address must be one of this machine), relay (or broadcast), or auto")
        ->check(CLI::IsMember({"auto", "client", "relay"}))
        ->capture_default_str()
        ->group(group);
    app.add_option("--prepare", settings.prepare, "Give so many clients their leases first, unmeasured")
        ->type_name("N")
        ->group(group);
    app.add_option("--timeout", words.timeout, "Without an answer for so long an exchange is lost")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.001, 3600.0))
        ->capture_default_str()
        ->group(group);
    app.add_flag("--retransmit", settings.work.retransmit,
                 "Ask again instead, as clients do (RFC 2131 4.1, RFC 8415 15)")
        ->group(group);
    app.add_option("--time-scale", settings.work.time_scale, "Of the delays of retransmission")
        ->check(CLI::Range(0.0001, 1000.0))
        ->capture_default_str()
        ->group(group);
}

void add_shape(CLI::App& app, Settings& settings, Words& words) {
    const auto group = "Load (one of these; --window 32 without any)";
    auto* const rate =
        app.add_option("--rate", words.rate, "So many exchanges begin per second, whatever becomes of them")
            ->type_name("N")
            ->check(CLI::Range(0.001, 1e7));
    auto* const window = app.add_option("--window", words.window, "So many are under way at any time")
                             ->type_name("N")
                             ->check(CLI::Range(std::size_t{1}, client_count_max));
    auto* const burst = app.add_option("--burst", words.burst, "So many begin at once, every --every seconds")
                            ->type_name("N")
                            ->check(CLI::Range(std::size_t{1}, client_count_max));
    auto* const avalanche =
        app.add_flag("--avalanche", words.avalanche,
                     "All --clients begin at once and ask again as clients do, until all are served");
    auto* const search = app.add_flag("--search", words.search, "Find the highest rate that is sustained");
    const std::array all{static_cast<CLI::Option*>(rate), static_cast<CLI::Option*>(window),
                         static_cast<CLI::Option*>(burst), static_cast<CLI::Option*>(avalanche),
                         static_cast<CLI::Option*>(search)};
    for (auto* const option : all) {
        option->group(group);
        for (auto* const other : all)
            if (other != option) option->excludes(other);
    }
    app.add_option("--every", words.every, "Seconds from burst to burst")
        ->check(CLI::Range(1e-6, 86400.0))
        ->capture_default_str()
        ->group(group);
    app.add_option(
           "--duration", words.duration,
           "Seconds of load, or of a step of the search (10); of an avalanche after which it gives up (300)")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.01, 864000.0))
        ->group(group);
    app.add_option("--exchanges", settings.shape.exchange_count_max, "End after so many")
        ->type_name("N")
        ->group(group);
    app.add_option("--from", settings.search.from, "Search from this rate")
        ->check(CLI::Range(0.1, 1e7))
        ->capture_default_str()
        ->group(group);
    app.add_option("--to", settings.search.to, "Search up to this rate")
        ->check(CLI::Range(0.1, 1e7))
        ->capture_default_str()
        ->group(group);
    app.add_option("--precision", words.precision_percent,
                   "Percent between the rate found and one that failed")
        ->check(CLI::Range(0.1, 100.0))
        ->capture_default_str()
        ->group(group);
}

void add_report(CLI::App& app, Settings& settings, Words& words) {
    const auto group = "Report";
    app.add_option("--max-loss", words.loss_percent, "Percent of exchanges that may be lost")
        ->check(CLI::Range(0.0, 100.0))
        ->capture_default_str()
        ->group(group);
    app.add_option("--max-run-delay", words.run_delay_percent,
                   "A run is told to be starved if this program waited so many percent of it for a processor")
        ->check(CLI::Range(0.0, 100.0))
        ->capture_default_str()
        ->group(group);
    app.add_flag("--json", settings.json, "One JSON object instead of a table")->group(group);
    app.add_flag("--progress", settings.work.progress, "A line per second, on standard error")->group(group);
}

void set_ports(Settings& settings) {
    const bool v4 = settings.clients.family == Family::v4;
    const auto set = [&](std::uint16_t& port, std::uint16_t of_v4, std::uint16_t of_v6) {
        if (port == 0) port = v4 ? of_v4 : of_v6;
    };
    set(settings.sockets.server_port, 67, 547);
    set(settings.sockets.relay_port, 67, 547);
    set(settings.sockets.client_port, 68, 546);
}

std::optional<std::string> set_clients(Settings& settings, const Words& words, std::uint64_t random) {
    auto& clients = settings.clients;
    clients.family = words.v6 ? Family::v6 : Family::v4;
    clients.client_id = !words.no_client_id;
    clients.wants_address = !words.v6 || words.want != "prefix";
    clients.wants_prefix = words.v6 && words.want != "address";
    settings.work.seed = words.seed.value_or(random & 0xffffffff);
    // Locally administered, with two octets of the seed, so that runs have clients of their own.
    clients.base_mac = std::uint64_t{2} << 40 | (settings.work.seed * 0x9e3779b97f4a7c15 >> 48) << 24;
    if (words.base_mac.empty()) return std::nullopt;
    const auto mac = read_mac_text(words.base_mac);
    if (!mac) return "--base-mac: '" + words.base_mac + "' is no hardware address such as 02:00:5e:00:00:00";
    clients.base_mac = *mac;
    return std::nullopt;
}

std::optional<std::string> set_path(Settings& settings, const Words& words) {
    const bool v6 = words.v6;
    const auto read = [&](const std::string& text, const char* option,
                          std::optional<Ipv6>& to) -> std::optional<std::string> {
        if (text.empty()) return std::nullopt;
        to = read_address(text);
        if (to && is_ipv4(*to) != v6) return std::nullopt;
        return std::string{option} + ": '" + text + "' is no " + (v6 ? "IPv6" : "IPv4") + " address" +
               (v6 ? "" : "; DHCPv6 needs -6");
    };
    if (auto problem = read(words.server, "--server", settings.sockets.server)) return problem;
    if (auto problem = read(words.relay, "--relay", settings.relays.first)) return problem;
    if (!settings.sockets.server && settings.relays.first) return "--relay needs --server";
    if (!settings.sockets.server && settings.sockets.interface.empty())
        return "Name the server with -s ADDRESS, for relayed clients, or an interface with -i NAME, for "
               "clients on its link.";
    return std::nullopt;
}

std::optional<std::string> set_load(Settings& settings, const Words& words, bool step_given) {
    auto& shape = settings.shape;
    auto& work = settings.work;
    if (words.v6 && !step_given) settings.relays.step = 1;  // networks, not addresses
    if (words.search) settings.activity = Activity::search;
    shape.kind = words.rate > 0 || words.search ? ShapeKind::open
                 : words.burst > 0              ? ShapeKind::bursts
                 : words.avalanche              ? ShapeKind::avalanche
                                                : ShapeKind::closed;
    shape.rate = words.rate;
    shape.every = to_time(words.every);
    shape.size = words.avalanche ? settings.clients.count : std::max(words.window, words.burst);
    if (shape.size == 0) shape.size = 32;
    shape.duration = to_time(words.duration > 0 ? words.duration : words.avalanche ? 300 : 10);
    if (words.avalanche) work.retransmit = true;
    work.timeout = to_time(words.timeout);
    work.exchange = words.exchange == "rapid"   ? Exchange::rapid
                    : words.exchange == "offer" ? Exchange::offer
                                                : Exchange::full;
    work.renew_from = words.renew_from == "client"  ? RenewFrom::client
                      : words.renew_from == "relay" ? RenewFrom::relay
                                                    : RenewFrom::automatic;
    settings.limits = {.loss = words.loss_percent / 100, .run_delay = words.run_delay_percent / 100};
    settings.search.precision = words.precision_percent / 100;
    if (work.renewals + work.releases > 1) return "--renew and --release are more than 1 together";
    if (work.renewals + work.releases > 0 && work.exchange == Exchange::offer)
        return "--exchange offer gives no leases that could be renewed or released";
    if (work.renewals + work.releases > 0 && words.avalanche)
        return "in an avalanche every client is new: leave --renew and --release out";
    if (settings.prepare > settings.clients.count) return "--prepare is more than there are --clients";
    if (settings.prepare > 0 && words.avalanche) return "--prepare does not go with --avalanche";
    if (settings.search.from > settings.search.to) return "--from is above --to";
    return std::nullopt;
}

std::optional<std::string> set_networks(Settings& settings, const Words& words) {
    const auto read = [&](const std::string& text, const char* option, std::optional<Prefix>& to,
                          std::uint8_t length_max) -> std::optional<std::string> {
        if (words.v6) {
            to = parse_ipv6_prefix(text);
        } else if (const auto network = parse_ipv4_network(text)) {
            to = to_prefix(*network);
        }
        if (to && to->length <= length_max) return std::nullopt;
        return std::string{option} + ": '" + text + "' is no network of at most " +
               std::to_string(length_max - (words.v6 ? 0 : 96)) + " bits";
    };
    if (auto problem =
            read(words.network.empty() ? (words.v6 ? "2001:db8::/64" : "10.0.0.0/8") : words.network,
                 "--network", settings.network, words.v6 ? 64 : 96 + 29))
        return problem;
    if (!words.v6) return std::nullopt;
    return read(words.delegate.empty() ? "3000::/16" : words.delegate, "--delegate", settings.delegate, 56);
}

}  // namespace

std::variant<Settings, Printed> read_command_line(const std::vector<std::string>& words_given,
                                                  std::uint64_t random) {
    Settings settings;
    Words words;
    CLI::App app{"Puts load on a DHCP server, measures it, and checks what it gives away", "leasehold-bench"};
    app.set_version_flag("--version", std::string{LEASEHOLD_VERSION});
    app.footer(examples);
    add_common(app, settings, words);
    add_path(app, settings, words);
    add_clients(app, settings, words);
    add_exchanges(app, settings, words);
    add_shape(app, settings, words);
    add_report(app, settings, words);
    auto* const responder = app.add_subcommand("respond", "Be an empty server: answer at once, keep nothing");
    add_common(*responder, settings, words);
    responder
        ->add_option("--network", words.network,
                     "Give addresses out of this network (10.0.0.0/8, 2001:db8::/64)")
        ->type_name("PREFIX");
    responder->add_option("--delegate", words.delegate, "DHCPv6: delegate /56 out of this (3000::/16)")
        ->type_name("PREFIX");
    try {
        auto reversed = words_given;
        std::ranges::reverse(reversed);
        app.parse(reversed);
    } catch (const CLI::Success& success) {
        std::ostringstream out;
        app.exit(success, out, out);
        return Printed{.text = out.str()};
    } catch (const CLI::ParseError& error) {
        return Printed{
            .text = std::string{error.what()} + "\n'leasehold-bench --help' lists what can be given.\n",
            .is_error = true};
    }
    auto problem = set_clients(settings, words, random);
    set_ports(settings);
    if (responder->parsed()) {
        settings.activity = Activity::respond;
        if (!problem) problem = set_networks(settings, words);
        if (!problem && settings.sockets.interface.empty()) problem = "Name an interface with -i NAME.";
    } else {
        if (!problem) problem = set_path(settings, words);
        if (!problem) problem = set_load(settings, words, app.count("--relay-step") > 0);
    }
    if (problem) return Printed{.text = *problem + "\n", .is_error = true};
    return settings;
}

}  // namespace leasehold::bench
