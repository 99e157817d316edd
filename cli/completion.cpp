#include "cli/completion.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

#include "control/command_table.hpp"

namespace leasehold {
namespace {

/// What may stand at a place of the command line.
struct CompletionNode {
    std::string path;                        // "leasehold ctl leases"
    std::vector<std::string> words;          // subcommands, and what else is one of few
    std::vector<std::string> options;        // "-c", "--config"
    struct Value {
        std::string option;
        std::string words;  // of which it is one; "": a file when that is so, else anything
        bool is_file = false;
    };
    std::vector<Value> values;  // of options that take one
    bool takes_files = false;   // as positional
};

/// Words of a set that CLI11 knows only by its text: "TEXT:{bash,zsh}", or "json|csv" as we write it.
std::string words_of_type(const std::string& type) {
    std::string words;
    if (const auto open = type.find('{'), close = type.find('}', open); open != type.npos && close != type.npos)
        words = type.substr(open + 1, close - open - 1);
    else
        return {};
    std::ranges::replace(words, ',', ' ');
    return words;
}

bool is_path_type(const std::string& type) {
    return type.find("FILE") != type.npos || type.find("SOCKET") != type.npos || type.find("DIR") != type.npos ||
           type.find("PCAP") != type.npos;
}

void add_option_words(CompletionNode& node, const CLI::Option& option) {
    const auto type = option.get_type_name();
    if (option.get_positional() && option.get_snames().empty() && option.get_lnames().empty()) {
        node.takes_files = node.takes_files || is_path_type(type);
        const auto words = words_of_type(type);
        for (std::size_t at = 0; at < words.size();) {
            const auto end = std::min(words.find(' ', at), words.size());
            node.words.push_back(words.substr(at, end - at));
            at = end + 1;
        }
        return;
    }
    std::vector<std::string> names;
    for (const auto& name : option.get_snames()) names.push_back("-" + name);
    for (const auto& name : option.get_lnames()) names.push_back("--" + name);
    for (const auto& name : names) {
        node.options.push_back(name);
        if (option.get_type_size_max() != 0) node.values.push_back({name, words_of_type(type), is_path_type(type)});
    }
}

void add_own(CompletionNode& node, const CLI::App& app) {
    for (const auto* const option : app.get_options()) add_option_words(node, *option);
    for (const auto* const group : app.get_subcommands([](const CLI::App* sub) { return sub->get_name().empty(); }))
        add_own(node, *group);
}

void add_nodes(std::vector<CompletionNode>& nodes, const CLI::App& app, const std::string& path,
               const CompletionNode* parent) {
    CompletionNode node{.path = path, .words = {}, .options = {}, .values = {}};
    add_own(node, app);
    if (app.get_fallthrough() && parent != nullptr) {
        for (const auto& option : parent->options)
            if (std::ranges::find(node.options, option) == node.options.end()) node.options.push_back(option);
        for (const auto& value : parent->values) node.values.push_back(value);
    }
    std::vector<const CLI::App*> subcommands;
    for (const auto* const sub : app.get_subcommands([](const CLI::App*) { return true; }))
        if (!sub->get_name().empty() && !sub->get_group().empty()) subcommands.push_back(sub);
    for (const auto* const sub : subcommands) node.words.push_back(sub->get_name());
    nodes.push_back(node);
    for (const auto* const sub : subcommands) add_nodes(nodes, *sub, path + " " + sub->get_name(), &node);
}

std::string all_joined(const std::vector<std::string>& words) {
    std::string all;
    for (const auto& word : words) all += (all.empty() ? "" : " ") + word;
    return all;
}

std::string command_names() {
    std::string names;
    for (const auto& command : command_table()) names += (names.empty() ? "" : " ") + std::string{command.name};
    return names;
}

/// A case of the shell for each node: `pattern) statement ;;`
std::string option_cases(const std::vector<CompletionNode>& nodes) {
    std::string cases;
    for (const auto& node : nodes)
        cases += "        '" + node.path + "') options='" + all_joined(node.options) + "' offers='" +
                 all_joined(node.words) + "' files='" + (node.takes_files ? "1" : "") + "' ;;\n";
    return cases;
}

/// What an option's value may be, by "path:option".
std::string value_cases(const std::vector<CompletionNode>& nodes) {
    std::string cases;
    for (const auto& node : nodes)
        for (const auto& value : node.values)
            cases += "        '" + node.path + ":" + value.option + "') takes=1 offers='" + value.words + "' files='" +
                     (value.is_file ? "1" : "") + "' ;;\n";
    return cases;
}

std::string path_pattern(const std::vector<CompletionNode>& nodes) {
    std::string pattern;
    for (const auto& node : nodes) pattern += (pattern.empty() ? "'" : "|'") + node.path + "'";
    return pattern;
}

std::string argument_cases() {
    std::string cases;
    for (const auto& command : command_table()) {
        if (command.arguments.empty()) continue;
        std::string names;
        for (const auto& argument : command.arguments)
            names += (names.empty() ? "" : " ") + std::string{argument.name} + "=";
        cases += "        " + std::string{command.name} + ") offers='" + names + "' ;;\n";
    }
    return cases;
}

std::string argument_value_cases() {
    std::string cases;
    for (const auto& command : command_table())
        for (const auto& argument : command.arguments) {
            std::string words;
            for (const auto word : argument.words) words += (words.empty() ? "" : " ") + std::string{word};
            if (argument.type == ArgumentType::boolean) words = "true false";
            if (!words.empty())
                cases += "        " + std::string{command.name} + ":" + std::string{argument.name} + ") offers='" + words +
                         "' ;;\n";
        }
    return cases;
}

/// The functions that both shells understand. They work on `typed`, the words before the one that is being typed, and set
/// options, offers and files.
std::string shared_functions(const std::vector<CompletionNode>& nodes) {
    return "_leasehold_place() {\n"
           "    case \"$1\" in\n" +
           option_cases(nodes) +
           "        *) options='' offers='' files='' ;;\n"
           "    esac\n"
           "}\n"
           "_leasehold_value() {\n"
           "    takes='' \n"
           "    case \"$1\" in\n" +
           value_cases(nodes) +
           "    esac\n"
           "}\n"
           "_leasehold_is_place() {\n"
           "    case \"$1\" in " +
           path_pattern(nodes) +
           ") return 0 ;; esac\n"
           "    return 1\n"
           "}\n"
           "_leasehold_arguments() {\n"
           "    case \"$1\" in\n" +
           argument_cases() +
           "        *) offers='' ;;\n"
           "    esac\n"
           "}\n"
           "_leasehold_argument_values() {\n"
           "    case \"$1\" in\n" +
           argument_value_cases() +
           "        *) offers='' ;;\n"
           "    esac\n"
           "}\n"
           // Where the words before lead: the path of subcommands, a raw command of ctl, an option that waits for its value.
           "_leasehold_walk() {\n"
           "    place=leasehold command='' pending='' equals=''\n"
           "    local word takes options offers files\n"
           "    for word in \"$@\"; do\n"
           "        if [ -n \"$pending\" ]; then pending=''; continue; fi\n"
           "        if [ \"$word\" = '=' ]; then continue; fi\n"
           "        case \"$word\" in\n"
           "            -*) _leasehold_value \"$place:$word\"; if [ -n \"$takes\" ]; then pending=$word; fi; continue ;;\n"
           "        esac\n"
           "        if _leasehold_is_place \"$place $word\"; then place=\"$place $word\"; continue; fi\n"
           "        if [ \"$place\" = 'leasehold ctl' ] && [ -z \"$command\" ]; then command=$word; fi\n"
           "    done\n"
           "}\n"
           // What can come next. $1: the word being typed
           "_leasehold_next() {\n"
           "    offers='' files='' options=''\n"
           "    if [ -n \"$pending\" ]; then _leasehold_value \"$place:$pending\"; return; fi\n"
           "    if [ -n \"$command\" ]; then _leasehold_arguments \"$command\"; return; fi\n"
           "    _leasehold_place \"$place\"\n"
           "    case \"$1\" in\n"
           "        -*) offers=$options files='' ;;\n"
           "        *) if [ \"$place\" = 'leasehold ctl' ]; then offers=\"$offers $_leasehold_commands\"; fi ;;\n"
           "    esac\n"
           "}\n"
           "_leasehold_commands='" +
           command_names() + "'\n";
}

// bash takes a word apart at '=': "state=de" is three words there.
constexpr const char* bash_part = R"(_leasehold() {
    local current=${COMP_WORDS[COMP_CWORD]} before=() place command pending equals options offers files takes
    before=("${COMP_WORDS[@]:1:COMP_CWORD-1}")
    COMPREPLY=()
    if [ "$current" = '=' ]; then current=''; before+=('='); fi
    local count=${#before[@]}
    if [ "$count" -ge 2 ] && [ "${before[count-1]}" = '=' ]; then
        _leasehold_walk "${before[@]:0:count-2}"
        if [ -n "$command" ]; then
            _leasehold_argument_values "$command:${before[count-2]}"
            COMPREPLY=($(compgen -W "$offers" -- "$current"))
            return
        fi
        _leasehold_walk "${before[@]:0:count-1}"
    else
        _leasehold_walk "${before[@]}"
    fi
    _leasehold_next "$current"
    COMPREPLY=($(compgen -W "$offers" -- "$current"))
    if [ -n "$files" ]; then
        local IFS=$'\n'
        COMPREPLY+=($(compgen -f -- "$current"))
        compopt -o filenames 2>/dev/null
    fi
    if [ "${#COMPREPLY[@]}" -gt 0 ] && [ "${COMPREPLY[0]%=}" != "${COMPREPLY[0]}" ]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -F _leasehold leasehold
)";

constexpr const char* zsh_part = R"(_leasehold() {
    local current=${words[CURRENT]} place command pending equals options files takes
    local -a before candidates
    before=("${(@)words[2,CURRENT-1]}")
    local offers=''
    _leasehold_walk "${before[@]}"
    if [[ -n $command && $current == *=* ]]; then
        _leasehold_argument_values "$command:${current%%=*}"
        candidates=(${=offers})
        compset -P '*='
        compadd -- "${candidates[@]}"
        return
    fi
    _leasehold_next "$current"
    candidates=(${=offers})
    if [[ -n $command ]]; then
        compadd -S '' -- "${candidates[@]}"
    else
        compadd -- "${candidates[@]}"
    fi
    if [[ -n $files ]]; then _files; fi
}
if [ "$funcstack[1]" = "_leasehold" ]; then _leasehold "$@"; else compdef _leasehold leasehold; fi
)";

}  // namespace

void add_completion(CLI::App& app, std::string& shell) {
    auto* const completion = app.add_subcommand("completion", "Print what makes a shell complete this command line");
    completion->add_option("shell", shell, "bash or zsh")
        ->required()
        ->type_name("SHELL")
        ->check(CLI::IsMember({"bash", "zsh"}));
    completion->footer("In bash:  source <(leasehold completion bash)\n"
                       "In zsh, behind compinit:  source <(leasehold completion zsh)");
}

std::string completion_script(const CLI::App& app, const std::string& shell) {
    std::vector<CompletionNode> nodes;
    add_nodes(nodes, app, "leasehold", nullptr);
    const std::string how = "# Completion of leasehold for " + shell + ", made by: leasehold completion " + shell + "\n";
    if (shell == "zsh") return "#compdef leasehold\n" + how + shared_functions(nodes) + zsh_part;
    return how + shared_functions(nodes) + bash_part;
}

}  // namespace leasehold
