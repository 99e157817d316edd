#include "cli/man_pages.hpp"

#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/ctl_exit.hpp"
#include "cli/roff.hpp"
#include "config/load.hpp"
#include "config/schema.hpp"
#include "control/absent_commands.hpp"
#include "control/command_table.hpp"
#include "control/reference.hpp"
#include "control/version.hpp"

namespace leasehold {
namespace {

/// A name and what is said of it.
struct Said {
    std::string_view name, text;
};
constexpr std::array signals_of_server{
    Said{"SIGHUP", "Reads the configuration and the files that it names again. One that is refused changes nothing."},
    Said{"SIGTERM, SIGINT", "Ends the server in order: what is under way is stored. A second one ends it at once."},
    Said{"SIGPIPE", "Is ignored."},
};
constexpr std::array environment_of_server{
    Said{"KEA_DHCP_DATA_DIR", "The data directory: lease files, the outage journal, the server's DUID."},
    Said{"KEA_PIDFILE_DIR, KEA_CONTROL_SOCKET_DIR", "The directory of pid files and control sockets."},
    Said{"KEA_LOG_FILE_DIR, KEA_LEGAL_LOG_DIR", "The directories of log files, and of the forensic log."},
    Said{"KEA_LOGGER_DESTINATION, KEA_LOGGER_SEVERITY, KEA_LOGGER_DBGLEVEL",
         "Where messages go until the configuration has been read, and which: `stdout`, `stderr`, `syslog` or a file; `DEBUG`, "
         "`INFO`, `WARN`, `ERROR`, `FATAL`; 0 to 99."},
    Said{"LEASEHOLD_KEA_PASSWORD", "The password of the database that `import-kea` reads."},
    Said{"NOTIFY_SOCKET, WATCHDOG_USEC", "Set by systemd; see systemd.service(5)."},
};

std::string day() {
    std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    if (const char* const given = std::getenv("SOURCE_DATE_EPOCH"); given != nullptr && *given != '\0')
        seconds = std::strtoll(given, nullptr, 10);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d", &parts)};
}

std::string source() {
    return "Leasehold " + std::string{product_version};
}

std::string term_of(const OptionHelp& option) {
    std::string term = option.names;
    for (std::size_t at = 0; (at = term.find(',', at)) != std::string::npos; at += 2) term.replace(at, 1, ", ");
    if (!option.value.empty() && !option.positional) term += " " + option.value;
    return term;
}

/// The text, and that it has to be given.
std::string text_of(const OptionHelp& option) {
    std::string text = option.text.empty() ? option.value : option.text;
    if (option.positional && !option.text.empty() && !option.value.empty()) text += " (" + option.value + ")";
    if (option.range.starts_with("INT in ")) text += ", " + option.range.substr(std::string_view{"INT "}.size());
    if (!text.empty() && !text.ends_with('.')) text += ".";
    return text + (option.needed ? " Required." : "");
}

/// --help is every command's: it is told with the program's own options.
void put_options(RoffPage& page, const CommandHelp& command) {
    for (const auto& option : command.options)
        if (command.words.empty() || option.names != "-h,--help") page.item(term_of(option), text_of(option));
}

std::string ended(std::string_view text) {
    return std::string{text} + (text.ends_with('.') || text.ends_with('?') ? "" : ".");
}

/// Without exit statuses that have a section of their own.
void put_footer(RoffPage& page, const CommandHelp& command) {
    std::string text = command.footer;
    if (const auto statuses = text.find(ctl_exits_help()); statuses != std::string::npos)
        text.erase(text.find_last_not_of('\n', statuses == 0 ? 0 : statuses - 1) + 1);
    if (!text.empty()) page.example(text);
}

/// @param rows  with code, meaning and what to do
void put_exit_statuses(RoffPage& page, const auto& rows) {
    page.section("EXIT STATUS");
    for (const auto& row : rows)
        page.item(std::to_string(static_cast<int>(row.code)),
                  ended(row.meaning) + " What to do: " + ended(row.what_to_do));
}

void put_files(RoffPage& page) {
    const config::Directories directories;
    page.section("FILES");
    page.item(directories.data, "The data directory. Relative names of lease databases belong here.");
    page.item(directories.run, "Pid files and control sockets.");
    page.item(directories.log, "Log files with relative names, and the forensic log.");
}

std::string leasehold_8() {
    RoffPage page{"LEASEHOLD", 8, day(), source()};
    const auto commands = command_help();
    page.section("NAME");
    page.paragraph("leasehold - DHCPv4 and DHCPv6 lease server");
    page.section("SYNOPSIS");
    page.synopsis("leasehold", "[run] -c FILE [option ...]");
    page.synopsis("leasehold", "-t FILE | -T FILE");
    page.synopsis("leasehold", "COMMAND [option ...]");
    page.section("DESCRIPTION");
    page.paragraph(
        "Serves DHCP clients as a configuration in Kea's format says, and answers Kea's commands. It stays in the "
        "foreground and logs to standard output until its configuration says otherwise. Called as `kea-dhcp4` or "
        "`kea-dhcp6` (a symbolic link) it takes that program's switches and serves that family.");
    page.section("OPTIONS");
    put_options(page, commands.front());
    page.section("COMMANDS");
    for (std::size_t i = 1; i < commands.size(); ++i) {
        if (commands[i].words.starts_with("ctl ")) continue;  // leasehold-ctl(1) has them
        page.subsection(commands[i].words);
        page.paragraph(ended(commands[i].text));
        put_options(page, commands[i]);
        put_footer(page, commands[i]);
    }
    page.section("SIGNALS");
    for (const auto& [name, text] : signals_of_server) page.item(name, text);
    put_exit_statuses(page, exit_code_table());
    page.section("ENVIRONMENT");
    for (const auto& [name, text] : environment_of_server) page.item(name, text);
    put_files(page);
    page.section("SEE ALSO");
    page.paragraph("`leasehold.conf`(5), `leasehold-ctl`(1)");
    return page.text();
}

std::string title_of(config::Scope scope) {
    const std::string v4{config::to_string(Family::v4, scope)}, v6{config::to_string(Family::v6, scope)};
    if (v4 == v6 || v6.empty()) return v4;
    return v4.empty() ? v6 : v4 + ", " + v6;
}

std::string text_of(const config::Key& key) {
    std::string text = ended(key.help) + " Value: " + ended(config::allowed_values(key.rule));
    if ((key.flags & config::required) != 0) text += " Required.";
    if (!key.fallback.empty()) text += " Default: `" + std::string{key.fallback} + "`.";
    if (key.servers != config::Servers::both)
        text += key.servers == config::Servers::v4_only ? " DHCPv4 only." : " DHCPv6 only.";
    if (key.status != config::Status::used) text += " Status: " + ended(config::to_string(key.status));
    return text;
}

std::string configuration_5() {
    RoffPage page{"LEASEHOLD.CONF", 5, day(), source()};
    page.section("NAME");
    page.paragraph("leasehold.conf - configuration of the DHCP server leasehold");
    page.section("DESCRIPTION");
    page.paragraph(
        "One JSON map with the member `Dhcp4`, `Dhcp6` or both, in Kea's format. Comments begin with `//` or `#`, or stand "
        "between `/*` and `*/`. `<?include \"file\"?>` stands for the text of another file. "
        "`leasehold -t` checks a file and tells all that is wrong at once, with its place.");
    page.paragraph("Below, each kind of map has its keys. A subnet's value goes before that of its shared network, that "
                   "before the global one, that before the default.");
    page.section("EXAMPLE");
    page.example("{\n"
                 "    \"Dhcp4\": {\n"
                 "        \"interfaces-config\": { \"interfaces\": [ \"eth0\" ] },\n"
                 "        \"lease-database\": { \"type\": \"sqlite\" },\n"
                 "        \"subnet4\": [ { \"id\": 1, \"subnet\": \"192.0.2.0/24\",\n"
                 "                       \"pools\": [ { \"pool\": \"192.0.2.10 - 192.0.2.200\" } ] } ]\n"
                 "    }\n"
                 "}");
    page.section("KEYS");
    for (std::size_t number = 0; number < config::scope_count; ++number) {
        const auto scope = static_cast<config::Scope>(number);
        page.subsection(title_of(scope));
        for (const auto& key : config::schema())
            if (key.scopes.has(scope)) page.item(key.name, text_of(key));
    }
    put_files(page);
    page.section("SEE ALSO");
    page.paragraph("`leasehold`(8), `leasehold-ctl`(1)");
    return page.text();
}

std::string text_of(const CommandDef& command) {
    std::string text = ended(command.help);
    text += command.access == Access::read ? " Reads only." : " Changes something.";
    if (command.families != Families::both)
        text += command.families == Families::v4 ? " DHCPv4 only." : " DHCPv6 only.";
    for (const auto& argument : command.arguments)
        text += " `" + std::string{argument.name} + "` (" + std::string{to_string(argument.type)} +
                (argument.mandatory ? ", needed" : "") + "): " + ended(argument.help);
    return text;
}

std::string ctl_1() {
    RoffPage page{"LEASEHOLD-CTL", 1, day(), source()};
    page.section("NAME");
    page.paragraph("leasehold-ctl - ask a running DHCP server, or tell it what to do");
    page.section("SYNOPSIS");
    page.synopsis("leasehold ctl", "[option ...] VIEW [option ...]");
    page.synopsis("leasehold ctl", "[option ...] COMMAND [JSON | KEY=VALUE ...]");
    page.section("DESCRIPTION");
    page.paragraph(
        "Shows what a running `leasehold` does (a view), or gives it a command over its control socket and shows the answer. "
        "The socket is that of "
        "`-s`, that of the configuration of `-c`, else the usual one of the directory of sockets.");
    page.section("OPTIONS");
    for (const auto& command : command_help()) {
        if (command.words != "ctl" && !command.words.starts_with("ctl ")) continue;
        if (command.words != "ctl") {
            page.subsection(command.words.substr(std::string_view{"ctl "}.size()));
            page.paragraph(ended(command.text));
        }
        put_options(page, command);
        put_footer(page, command);
    }
    page.section("COMMANDS");
    for (const auto& command : command_table()) page.item(command.name, text_of(command));
    page.section("COMMANDS OF KEA THAT ARE NOT HERE");
    for (const auto& absent : absent_commands()) page.item(absent.name, ended(absent.reason));
    put_exit_statuses(page, ctl_exits());
    put_files(page);
    page.section("SEE ALSO");
    page.paragraph("`leasehold`(8), `leasehold.conf`(5)");
    return page.text();
}

struct ManPage {
    std::string_view name;
    std::string (*make)();
};
constexpr std::array man_pages{ManPage{"man8", &leasehold_8}, ManPage{"man5", &configuration_5},
                               ManPage{"man1", &ctl_1}};

const ManPage* find_man_page(std::string_view name) {
    for (const auto& page : man_pages)
        if (page.name == name) return &page;
    return nullptr;
}

}  // namespace

bool is_man_page(std::string_view page) {
    return find_man_page(page) != nullptr;
}

std::string man_page(std::string_view page) {
    return find_man_page(page)->make();
}

}  // namespace leasehold
