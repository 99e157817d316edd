// See the header.
#include "cli/rehearsal_command_line.hpp"

#include <CLI/CLI.hpp>

namespace leasehold {
namespace {

void add_common(CLI::App& command, std::string& file, std::optional<Family>& family, std::string& interface) {
    command.add_option("-c,--config", file, "Configuration that decides")->type_name("FILE")->required();
    auto* const v4 = command.add_flag_callback("-4", [&family] { family = Family::v4; }, "Its DHCPv4 part");
    command.add_flag_callback("-6", [&family] { family = Family::v6; }, "Its DHCPv6 part")->excludes(v4);
    command
        .add_option("--interface", interface,
                    "Where packets come in; with an address for one that this machine does not have")
        ->type_name("NAME[/ADDRESS]");
}

}  // namespace

struct RehearsalCommandLine::Commands {
    CLI::App *explain = nullptr, *replay = nullptr;
    ExplainArguments explain_arguments;
    ReplayArguments replay_arguments;

    void add_explain(CLI::App& app) {
        auto& given = explain_arguments;
        explain = app.add_subcommand("explain", "Say what a client would be answered, and why; changes nothing");
        add_common(*explain, given.file, given.family, given.interface);

        auto* const whose = explain->add_option_group("packet", "Whose packet, or which");
        whose->add_option("--mac", given.mac, "A client with this hardware address")->type_name("MAC");
        whose->add_option("--client-id", given.client_id, "Its client identifier (DHCPv4)")->type_name("HEX");
        whose->add_option("--duid", given.duid, "A client with this DUID (DHCPv6)")->type_name("HEX");
        auto* const capture = whose->add_option("--packet", given.capture, "A client's packet of a capture (pcap)");
        capture->type_name("FILE");
        whose->add_option("--hex", given.hex, "A client's packet in hexadecimal, from the DHCP message on")
            ->type_name("HEX");
        whose->require_option(1, 3);
        explain->add_option("--number", given.number, "Of the packet in the capture (the first of a client)")
            ->type_name("N")
            ->needs(capture);

        auto* const words = explain->add_option_group("words", "What a client without a packet says");
        words
            ->add_option("--message", given.message,
                         "discover (the default), request, reboot, renew, rebind, release, decline, inform; DHCPv6: "
                         "solicit (the default), request, renew, rebind, confirm, release, decline, "
                         "information-request")
            ->type_name("WORD");
        words->add_option("--address", given.address, "That it asks for or has (what it would be offered)")
            ->type_name("ADDRESS");
        words->add_option("--relay", given.relay, "It comes by this relay (giaddr, link address)")
            ->type_name("ADDRESS");
        words->add_option("--hostname", given.hostname, "Its name")->type_name("NAME");
        words->add_option("--option", given.options, "An option that it sends: 60=PXEClient, 93=0x0007")
            ->type_name("CODE=VALUE")
            ->allow_extra_args(false);
        words->add_option("--ask", given.asks, "Options that it asks for (the usual ones)")
            ->type_name("CODE,...")
            ->delimiter(',');

        auto* const leases =
            explain->add_option("--leases", given.leases, "Kea's lease file, instead of the configuration's store");
        leases->type_name("FILE");
        explain->add_flag("--no-leases", given.without_leases, "As if there were no leases")->excludes(leases);
        explain->add_flag("--json", given.json, "The explanation as JSON");
        explain->footer(
            "The server's own code decides, on a copy of the leases in memory. Exit status: 0 the client gets\n"
            "what it asks for, 1 it does not, others as `leasehold -t`.\n"
            "Examples:\n"
            "  leasehold explain -c leasehold.conf --mac 02:00:5e:10:00:01 --option 60=PXEClient\n"
            "  leasehold explain -c leasehold.conf --mac 02:00:5e:10:00:01 --relay 10.1.0.1 --message request\n"
            "  leasehold explain -c leasehold.conf --packet why.pcap --number 3");
    }

    void add_replay(CLI::App& app) {
        auto& given = replay_arguments;
        replay = app.add_subcommand("replay", "Run a capture through a configuration, beside what was answered then");
        add_common(*replay, given.file, given.family, given.interface);
        replay->add_option("capture", given.capture, "What tcpdump -w has written (pcap)")
            ->type_name("FILE.pcap")
            ->required();
        replay->add_option("--leases", given.leases, "Leases to begin with: Kea's lease file (none)")
            ->type_name("FILE");
        replay
            ->add_option("--ignore", given.ignored,
                         "Not compared: option codes, and fields such as address, next-server, boot-file-name")
            ->type_name("NAME,...")
            ->delimiter(',');
        replay->add_flag("-a,--all", given.all, "Show messages that are answered the same, too");
        replay->add_flag("--json", given.json, "The comparison as JSON, one message a line, then the summary");
        replay->footer(
            "Exit status: 0 all answers are the same, 1 some differ, 65 the capture cannot be read, others as\n"
            "`leasehold -t`.\n"
            "Example: leasehold replay monday.pcap -c leasehold.conf --leases /var/lib/kea/kea-leases4.csv");
    }
};

RehearsalCommandLine::RehearsalCommandLine(CLI::App& app) : commands_{std::make_unique<Commands>()} {
    commands_->add_explain(app);
    commands_->add_replay(app);
}

RehearsalCommandLine::~RehearsalCommandLine() = default;

std::optional<RehearsalArguments> RehearsalCommandLine::given() const {
    if (commands_->explain->parsed()) return commands_->explain_arguments;
    if (commands_->replay->parsed()) return commands_->replay_arguments;
    return std::nullopt;
}

}  // namespace leasehold
