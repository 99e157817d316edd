#include "cli/ctl_command_line.hpp"

#include <CLI/CLI.hpp>

#include "cli/ctl_exit.hpp"

namespace leasehold {
namespace {

constexpr std::size_t view_limit_max = 1'000'000;
constexpr double interval_min = 0.1, interval_max = 3600;

/// What is looked for, as it was typed.
struct TypedTerms {
    std::vector<std::string> words;
    std::string address, octets, client, name;
};

/// May be given several times, with one id each: what follows it is something to look for.
void add_subnet(CLI::App& view, std::vector<std::uint32_t>& subnets, const std::string& help) {
    view.add_option("--subnet", subnets, help)->type_name("ID")->allow_extra_args(false);
}

void add_order(CLI::App& view, std::string& sort, bool& reverse, std::size_t& limit,
               const std::vector<std::string>& orders) {
    view.add_option("--sort", sort, "In which order (" + sort + ")")
        ->type_name("ORDER")
        ->check(CLI::IsMember(orders));
    view.add_flag("-r,--reverse", reverse, "The other way round");
    view.add_option("-n,--limit", limit, "Rows at most (" + std::to_string(limit) + "); 0: all")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{0}, view_limit_max));
}

}  // namespace

void add_family_switches(CLI::App& app, std::optional<Family>& family, const std::string& what) {
    auto* const v4 = app.add_flag_callback(
        "-4", [&family] { family = Family::v4; }, what + " DHCPv4 only");
    app.add_flag_callback(
           "-6", [&family] { family = Family::v6; }, what + " DHCPv6 only")
        ->excludes(v4);
}

struct CtlCommandLine::Parsed {
    CLI::App* ctl = nullptr;
    CtlArguments arguments;
    TypedTerms leases, subnets, reservations;

    CLI::App* add_view(const std::string& name, const std::string& help) {
        auto* const view = ctl->add_subcommand(name, help);
        view->fallthrough();  // -s, -c, --json and so on may stand behind the view's name
        // CLI11 takes -6 for a number where the subcommand itself does not know it.
        add_family_switches(*view, arguments.family, "Ask the server of");
        return view;
    }
    void add_leases() {
        auto& query = arguments.leases;
        auto* const view = add_view("leases", "Leases, looked for by what people know");
        view->add_option("search", leases.words,
                         "An address, a network, octets of a hardware address, client-id or DUID, or a part of a host "
                         "name; all must fit")
            ->type_name("SEARCH");
        view->add_option("--address", leases.address, "This address, or those in a network")->type_name("ADDRESS");
        view->add_option("--mac", leases.octets, "Of this hardware address")->type_name("MAC");
        view->add_option("--client-id,--duid", leases.client, "Of this client")->type_name("HEX");
        view->add_option("--hostname", leases.name, "With this in the host name")->type_name("NAME");
        add_subnet(*view, query.subnets, "Of the subnet with this id");
        view->add_option("--state", query.state, "In this state")
            ->type_name("STATE")
            ->check(CLI::IsMember({"assigned", "declined", "expired-reclaimed", "released", "registered"}));
        add_order(*view, query.sort, query.reverse, query.limit,
                  {"address", "ends", "hostname", "mac", "seen", "state", "subnet"});
        view->add_option("--after", query.after, "Go on behind this address")->type_name("ADDRESS");
        view->add_flag("-f,--follow", query.follow, "Show what becomes of leases, until Ctrl-C");
        add_interval(*view);
    }
    void add_subnets() {
        auto& query = arguments.subnets;
        auto* const view = add_view("subnets", "How full the pools are, and which way it goes");
        view->add_option("search", subnets.words, "An address or a network, or a part of a shared network's name")
            ->type_name("SEARCH");
        add_subnet(*view, query.subnets, "The subnet with this id");
        add_order(*view, query.sort, query.reverse, query.limit, {"assigned", "free", "id", "network", "use"});
    }
    void add_reservations() {
        auto& query = arguments.reservations;
        auto* const view = add_view("reservations", "Hosts that have something of their own");
        view->add_option("search", reservations.words,
                         "An address, a network, octets of an identifier, or a part of a host name or class")
            ->type_name("SEARCH");
        add_subnet(*view, query.subnets, "Of the subnet with this id; 0: global ones");
        add_order(*view, query.sort, query.reverse, query.limit,
                  {"address", "configuration", "hostname", "identifier", "subnet"});
    }
    void add_interval(CLI::App& view) {
        view.add_option("--interval", arguments.interval, "Seconds between two looks (1)")
            ->type_name("SECONDS")
            ->check(CLI::Range(interval_min, interval_max));
    }
    Result<CtlArguments, std::string> result() const;
};

CtlCommandLine::CtlCommandLine(CLI::App& app) : parsed_{std::make_unique<Parsed>()} {
    auto& given = parsed_->arguments;
    auto* const ctl = parsed_->ctl = app.add_subcommand("ctl", "Look at a running server, or give it a command");
    ctl->add_option("-s,--socket", given.socket, "Control socket of the server")->type_name("SOCKET");
    ctl->add_option("-c,--config", given.file, "Configuration that names the control socket")->type_name("FILE");
    add_family_switches(*ctl, given.family, "Ask the server of");
    ctl->add_flag("--json", given.json, "For scripts: a view as JSON, or the answer to COMMAND as it came");
    ctl->add_option("command", given.command, "Any command of the server, such as config-get; list-commands lists them")
        ->type_name("COMMAND");
    ctl->add_option("arguments", given.words, "Its arguments: one JSON map, or key=value ...")
        ->type_name("JSON|KEY=VALUE");
    parsed_->add_view("status", "Is it serving, and if not, why?");
    parsed_->add_leases();
    parsed_->add_subnets();
    parsed_->add_view("backends", "The lease database and the outage journal: state, attempts, last error");
    parsed_->add_reservations();
    parsed_->add_interval(*parsed_->add_view("watch", "A live screen of it all; q leaves"));
    ctl->require_subcommand(0, 1);
    ctl->footer("Examples:\n"
                "  leasehold ctl status\n"
                "  leasehold ctl leases 1a:2b:3c:4d:5e:6f\n"
                "  leasehold ctl lease4-get ip-address=192.0.2.10\n\n" +
                ctl_exits_help());
}

CtlCommandLine::~CtlCommandLine() = default;

std::optional<Result<CtlArguments, std::string>> CtlCommandLine::given() const {
    if (!parsed_->ctl->parsed()) return std::nullopt;
    return parsed_->result();
}

Result<CtlArguments, std::string> CtlCommandLine::Parsed::result() const {
    CtlArguments result = arguments;
    const auto views = ctl->get_subcommands();
    if (views.empty()) {
        if (result.command.empty())
            return std::unexpected("Name a view (status, leases, subnets, backends, reservations, watch) or a command "
                                   "of the server.\n\n" +
                                   ctl->help("leasehold"));
        return result;
    }
    result.view = views.front()->get_name();
    if (!result.command.empty())
        return std::unexpected("ctl " + result.view + " cannot be understood together with '" + result.command + "'");
    for (const auto& word : leases.words) result.leases.terms.push_back(read_search_term(word));
    for (const auto& word : subnets.words) result.subnets.terms.push_back(read_search_term(word));
    for (const auto& word : reservations.words) result.reservations.terms.push_back(read_search_term(word));
    for (const auto& term : result.subnets.terms)
        if (!term.octets.empty())
            return std::unexpected(std::string{"ctl subnets looks for an address, a network or a name, not for octets"});
    const auto add = [&result](Result<SearchTerm, std::string> term) -> std::string {
        if (!term) return term.error();
        result.leases.terms.push_back(std::move(*term));
        return {};
    };
    std::string problem;
    if (!leases.address.empty()) problem = add(read_place_term("--address", leases.address));
    if (problem.empty() && !leases.octets.empty()) problem = add(read_octets_term("--mac", leases.octets));
    if (problem.empty() && !leases.client.empty()) problem = add(read_octets_term("--client-id", leases.client));
    if (!problem.empty()) return std::unexpected(problem);
    if (!leases.name.empty()) result.leases.terms.push_back(name_term(leases.name));
    if (!result.leases.after.empty() && !read_search_term(result.leases.after).address)
        return std::unexpected("--after: '" + result.leases.after + "' must be an address");
    return result;
}

}  // namespace leasehold
