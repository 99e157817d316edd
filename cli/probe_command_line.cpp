// What may be said to `leasehold probe`, and its checks.
#include <CLI/CLI.hpp>

#include "cli/probe.hpp"

namespace leasehold {
namespace {

constexpr std::size_t probe_option_size_max = 500;

/// For CLI11: "" accepts the word.
template <class Take>
std::function<std::string(const std::string&)> probe_check(Take take, std::string allowed) {
    return [take, allowed](const std::string& word) { return take(word) ? std::string{} : word + " is not " + allowed; };
}

std::optional<Ipv6> parse_probe_address(const std::string& word) {
    if (const auto v4 = parse_ipv4(word)) return to_ipv6(*v4);
    return parse_ipv6(word);
}

/// "60=4142"
std::optional<ProbeOption> parse_probe_option(const std::string& word) {
    const auto equals = word.find('=');
    if (equals == word.npos || equals == 0 || equals > 5) return std::nullopt;
    if (word.find_first_not_of("0123456789") != equals) return std::nullopt;
    const unsigned long code = std::stoul(word.substr(0, equals));
    const auto payload = parse_hex(word.substr(equals + 1));
    if (code == 0 || code > 65535 || !payload || payload->size() > probe_option_size_max) return std::nullopt;
    return ProbeOption{static_cast<std::uint16_t>(code), *payload};
}

CLI::Option* add_probe_hex(CLI::App& app, const char* name, Octets& octets, std::size_t size_max, const char* text) {
    return app
        .add_option_function<std::string>(name, [&octets](const std::string& word) { octets = *parse_hex(word); }, text)
        ->type_name("HEX")
        ->check(probe_check([size_max](const std::string& word) {
            const auto read = parse_hex(word);
            return read && !read->empty() && read->size() <= size_max;
        }, "hexadecimal octets such as 02:00:5e:00:00:01, at most " + std::to_string(size_max)));
}

CLI::Option* add_probe_address(CLI::App& app, const char* name, std::optional<Ipv6>& address, const char* type,
                               const char* text) {
    return app
        .add_option_function<std::string>(name, [&address](const std::string& word) { address = parse_probe_address(word); },
                                          text)
        ->type_name(type)
        ->check(probe_check([](const std::string& word) { return parse_probe_address(word).has_value(); }, "an address"));
}

}  // namespace

struct ProbeCommandLine::Words {
    CLI::App* app = nullptr;
    ProbeArguments arguments;
    double timeout_seconds = 3;
    CLI::Option* relay_of_v6 = nullptr;

    void add_target() {
        auto* const v6 = app->add_flag_callback("-6", [this] { arguments.family = Family::v6; }, "DHCPv6");
        auto* const v4 = app->add_flag_callback("-4", [this] { arguments.family = Family::v4; }, "DHCPv4 (the default)")->excludes(v6);
        app->add_option("-i,--interface", arguments.interface, "Where to ask (the only one that is up)")->type_name("NAME");
        add_probe_address(*app, "--server", arguments.server, "ADDR", "Ask this server (all that hear it)");
        auto* const v4_relay = add_probe_address(*app, "--relay", arguments.relay, "GIADDR",
                                                 "Ask as a DHCPv4 relay with this address, which is one of this machine");
        auto* const v6_relay = add_probe_address(*app, "--relay-v6", arguments.relay, "LINKADDR",
                                                 "Ask as a DHCPv6 relay, for a client on the link of this address");
        v6_relay->excludes(v4_relay)->excludes(v4);
        v4_relay->excludes(v6);
        relay_of_v6 = v6_relay;
    }
    void add_client() {
        add_probe_hex(*app, "--mac", arguments.mac, 16, "The client's hardware address (the interface's)");
        add_probe_hex(*app, "--client-id", arguments.client_id, client_id_size_max, "DHCPv4: option 61 (none)");
        add_probe_hex(*app, "--duid", arguments.duid, duid_size_max, "DHCPv6: the client's DUID (made from its hardware address)");
        app->add_option("--hostname", arguments.hostname, "What the client calls itself")->type_name("NAME");
        app->add_flag("--prefix", arguments.prefix, "DHCPv6: ask for a delegated prefix too");
        app->add_option_function<std::vector<std::string>>(
               "--option",
               [this](const std::vector<std::string>& words) {
                   for (const auto& word : words) arguments.options.push_back(*parse_probe_option(word));
               },
               "Send this option too; may be given several times")
            ->type_name("CODE=HEX")
            ->check(probe_check([](const std::string& word) { return parse_probe_option(word).has_value(); },
                                "an option's code, = and its octets in hexadecimal, such as 60=5058"));
    }
    void add_course() {
        auto* const lease = app->add_flag_callback("--lease", [this] { arguments.depth = ProbeDepth::lease; },
                                                   "Take a lease, and give it back at once: that of the client whose --mac, --client-id or --duid is given");
        auto* const request = app->add_flag_callback("--request", [this] { arguments.depth = ProbeDepth::request; },
                                                     "Take a lease, and keep it")->excludes(lease);
        app->add_flag_callback("--discover-only", [this] { arguments.depth = ProbeDepth::discover; }, "Only ask what would be given; nothing is bound (the default)")
            ->excludes(lease)
            ->excludes(request);
        app->add_option("--known", arguments.known,
                        "A server that may answer, as it is shown; may be given several times. Any other: exit status 3")
            ->type_name("SERVER");
        app->add_option("--timeout", timeout_seconds, "Seconds to wait for answers, each time (3)")
            ->type_name("S")
            ->check(CLI::Range(0.05, 600.0));
        app->add_option("--retries", arguments.retries, "Ask again so often when no answer comes (2)")
            ->type_name("N")
            ->check(CLI::Range(0, 100));
        app->add_flag("--json", arguments.json, "Print it as JSON");
    }
};

ProbeCommandLine::ProbeCommandLine(CLI::App& app) : words_{std::make_unique<Words>()} {
    words_->app = app.add_subcommand("probe", "Ask DHCP servers as a client or a relay would, and show what they say");
    words_->add_target();
    words_->add_client();
    words_->add_course();
    words_->app->footer(
        "Exit status: 0 something was offered (with --lease: granted), 1 no answer, 2 nothing is given or it was refused,\n"
        "3 a server answered that is not --known, 64 the command line, 71 a socket cannot be opened.\n"
        "Examples:\n"
        "  leasehold probe -i eth0                                      who answers on this link?\n"
        "  leasehold probe --relay 10.1.0.1 --server 192.0.2.5 --lease  through relay form, to the end\n"
        "  leasehold probe -6 -i eth0 --prefix");
}

ProbeCommandLine::~ProbeCommandLine() = default;

std::optional<ProbeArguments> ProbeCommandLine::given() const {
    if (!words_->app->parsed()) return std::nullopt;
    auto arguments = words_->arguments;
    if (words_->relay_of_v6->count() > 0) arguments.family = Family::v6;
    arguments.timeout = std::chrono::milliseconds{static_cast<std::int64_t>(words_->timeout_seconds * 1000)};
    return arguments;
}

}  // namespace leasehold
