#include "control/configuration.hpp"

#include <boost/asio/post.hpp>
#include <cctype>
#include <fstream>
#include <iterator>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "control/configuration_diff.hpp"
#include "control/database_check.hpp"
#include "control/family_names.hpp"
#include "control/named_files.hpp"
#include "dhcp/log.hpp"

namespace leasehold {
namespace {

constexpr std::string_view running_stays = "the running configuration stays in use";

Answer problems_answer(const std::vector<config::Problem>& problems) {
    nlohmann::json list = nlohmann::json::array();
    for (const auto& problem : problems) list.push_back(config::format(problem));
    Answer answer = failure(config::format(problems));
    answer.arguments = nlohmann::json{{"problems", std::move(list)}};
    return answer;
}

/// A database server knows its users by their numbers: without one of our own we cannot register there.
std::optional<std::string> missing_number(const config::Loaded& loaded) {
    const BackendConfig& database = loaded.server->lease_database;
    if (!is_server(database.type) || database.readonly || database.server_id != 0) return std::nullopt;
    return "the lease database " + describe(database) +
           " needs a number by which this server registers there, and none can be kept in the data "
           "directory: set writer-id in the configuration, to a number that no other server has, or make "
           "the data directory writable.";
}

void log_warnings(const std::vector<config::Problem>& warnings, Family family) {
    for (const auto& warning : warnings) {
        auto where = warning.file;
        if (warning.line != 0)
            where += ":" + std::to_string(warning.line) + ":" + std::to_string(warning.column);
        log(in_family(MessageId::DHCP4_CONFIG_WARNING, family),
            {{"where", where}, {"what", warning.pointer + ": " + warning.what}});
    }
}

/// A file may hold the other family's configuration too: writing ours leaves that as it stands there.
/// @error it cannot be read, so that it would be lost
Result<void, std::string> keep_other_family(nlohmann::json& root, const std::string& path, Family family) {
    const auto other = names_of(family == Family::v4 ? Family::v6 : Family::v4).configuration;
    std::ifstream file{path};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (!text.contains("\"" + std::string{other} + "\"")) return {};
    const auto present = config::parse_file(path);
    if (!present)
        return std::unexpected("the file " + path + " was not changed: it has \"" + std::string{other} +
                               "\" too, which cannot be read to be kept: " + config::format(present.error()));
    if (const auto* const map = present->value.member(other))
        root[std::string{other}] = config::to_json(*map);
    return {};
}

}  // namespace

struct Configuration::Attempt {
    std::string source;
    Done done;
    std::shared_ptr<const ServerConfig> present;  // in use when it began
    // Made on the side thread: `next`, or else the problems of what was loaded, or the answer of an edit.
    std::shared_ptr<const Current> next;
    std::vector<config::Problem> problems;
    std::optional<Answer> answer;  // with `next`: what an edit answers once that is in use
    ConfigurationDiff diff;        // of a whole configuration to the one before
    std::shared_ptr<LogBackend::Prepared> logs;
    ControlChannel::Prepared sockets;
};

/// For a thread that may outlive the loop.
struct Configuration::LoopOfThread {
    std::mutex mutex;
    boost::asio::io_context* loop = nullptr;
};

Configuration::Configuration(std::string file, config::LoadOptions options, Server& server, LogBackend& logs,
                             ControlChannel& channel, SideThread& side, ChangeQueue& changes)
    : file_{std::move(file)},
      options_{std::move(options)},
      server_{server},
      logs_{logs},
      channel_{channel},
      side_{side},
      changes_{changes},
      loop_of_thread_{std::make_shared<LoopOfThread>()} {
    loop_of_thread_->loop = &side.loop();
}

Configuration::~Configuration() {
    const std::lock_guard lock{loop_of_thread_->mutex};
    loop_of_thread_->loop = nullptr;
}

std::shared_ptr<const Configuration::Current> Configuration::make_current(config::Loaded loaded) {
    auto text = config::compact(*loaded.full);
    // "{ "Dhcp4": { ... } }": the hash goes in before the last bracket.
    text.resize(text.rfind('}'));
    text = "{ \"arguments\": " + text.substr(0, text.find_last_not_of(' ') + 1) + ", \"hash\": \"" +
           loaded.hash + "\" }, \"result\": 0 }";
    return std::make_shared<const Current>(
        Current{.loaded = std::move(loaded), .answer = std::make_shared<const std::string>(std::move(text))});
}

Result<void, Configuration::BeginError> Configuration::begin(config::Loaded loaded) {
    if (const auto missing = missing_number(loaded))
        return std::unexpected(BeginError{ExitCode::state_directory, *missing});
    if (const auto usable = check_files_of(*loaded.server); !usable)
        return std::unexpected(BeginError{ExitCode::configuration, usable.error()});
    auto logs = logs_.prepare(loaded.daemon.loggers, family());
    if (!logs) return std::unexpected(BeginError{ExitCode::state_directory, logs.error()});
    auto sockets = channel_.prepare(loaded.daemon.control_sockets, loaded.daemon.http_sockets);
    if (!sockets) return std::unexpected(BeginError{ExitCode::sockets, sockets.error()});
    if (!loaded.daemon.loggers.empty()) logs_.activate(std::move(*logs));
    channel_.activate(std::move(*sockets));
    log_warnings(loaded.warnings, family());
    current_ = make_current(std::move(loaded));
    say_complete(file_);
    used_(current_->loaded);
    return {};
}

config::LoadOptions Configuration::command_options() const {
    auto options = options_;
    const auto& loaded = current_->loaded;
    options.present = std::make_shared<const config::ShownConfiguration>(
        config::ShownConfiguration{loaded.full, loaded.hidden});
    return options;
}

void Configuration::set(std::shared_ptr<const config::Value> root, Done done) {
    auto load = loads(
        [root = std::move(root)](const config::LoadOptions& of_command) { return config::load(*root, of_command); });
    changes_.add("config-set", replaces("of config-set", std::move(load)), std::move(done));
}

Configuration::Load Configuration::load_of_file() const {
    return loads([file = file_, options = options_](const config::LoadOptions&) {
        return config::load_file(file, options);
    });
}

void Configuration::reload(Done done) {
    changes_.add("config-reload", replaces(file_, load_of_file()), [done = std::move(done)](Answer answer) {
        if (answer.result != ResultCode::success) answer.text = "Config reload failed: " + answer.text;
        done(std::move(answer));
    });
}

void Configuration::reload_on_signal() {
    changes_.add_for_signal(replaces(file_, load_of_file()));
}

void Configuration::test(std::shared_ptr<const config::Value> root, bool connects, Done done) {
    auto answer = std::make_shared<Answer>();
    auto loaded = std::make_shared<config::Loaded>();
    side_.run(
        [root = std::move(root), options = command_options(), answer, loaded] {
            auto result = config::load(*root, options);
            if (!result) {
                *answer = problems_answer(result.error());
                return;
            }
            if (const auto usable = check_files_of(*result->server); !usable) {
                *answer = failure(usable.error());
                return;
            }
            *answer = success("The configuration can be used. Nothing was opened or changed.");
            if (!result->warnings.empty())
                answer->arguments = nlohmann::json{{"warnings", nlohmann::json::array()}};
            for (const auto& warning : result->warnings)
                answer->arguments->at("warnings").push_back(config::format(warning));
            *loaded = std::move(*result);
        },
        [this, connects, answer, loaded, done = std::move(done)] {
            if (!connects || answer->result != ResultCode::success) return done(std::move(*answer));
            test_database(loaded, std::move(*answer), std::move(done));
        });
}

/// What a database says, or does not say, holds up a thread that has nothing else to do; it is left behind
/// when the process ends.
void Configuration::test_database(std::shared_ptr<const config::Loaded> loaded, Answer so_far, Done done) {
    const BackendConfig& database = loaded->server->lease_database;
    if (same_database(database, current_->loaded.server->lease_database) && !is_server(database.type)) {
        so_far.text += " The lease database is the one in use.";
        return done(std::move(so_far));
    }
    if (testing_database_)
        return done(failure("another test of a database is under way; try again after it"));
    testing_database_ = true;
    std::thread{[loop = loop_of_thread_, loaded, self = this, so_far = std::move(so_far),
                 done = std::move(done)]() mutable {
        auto checked = check_database(loaded->server->lease_database, false);
        const std::lock_guard lock{loop->mutex};
        if (loop->loop == nullptr) return;
        boost::asio::post(*loop->loop, [self, checked = std::move(checked), so_far = std::move(so_far),
                                        done = std::move(done)]() mutable {
            self->testing_database_ = false;
            if (!checked)
                return done(failure("The configuration is right, but its lease database cannot be used: " +
                                    checked.error().detail + ". Nothing was changed."));
            so_far.text = "The configuration can be used: " + checked->found + ". Nothing was changed.";
            done(std::move(so_far));
        });
    }}.detach();
}

void Configuration::change(std::string_view command, Edit edit, Done done) {
    auto source = "of " + std::string{command};
    auto load = [edit = std::move(edit), source](Attempt& attempt, const config::LoadOptions& of_command) {
        auto result = load_edited(*of_command.present->full, *attempt.present, edit, source, of_command);
        if (auto* const problems = std::get_if<EditProblems>(&result)) {
            attempt.problems = std::move(*problems);
        } else if (auto* const answer = std::get_if<Answer>(&result)) {
            attempt.answer = std::move(*answer);
        } else {
            auto& edited = std::get<LoadedEdit>(result);
            attempt.next = make_current(std::move(edited.loaded));
            attempt.answer = std::move(edited.answer);
        }
    };
    changes_.add(command, replaces(std::move(source), std::move(load)), std::move(done));
}

Configuration::Load Configuration::loads(std::function<config::LoadResult(const config::LoadOptions&)> load) {
    return [load = std::move(load)](Attempt& attempt, const config::LoadOptions& of_command) {
        auto result = load(of_command);
        if (!result) {
            attempt.problems = std::move(result.error());
            return;
        }
        attempt.diff = configuration_diff(*of_command.present->full, *result->full);
        attempt.next = make_current(std::move(*result));
    };
}

ChangeQueue::Begin Configuration::replaces(std::string source, Load load) {
    return [this, source = std::move(source), load = std::move(load)](Done done) {
        begin_change(source, load, std::move(done));
    };
}

/// From here on what is in use is what the change before has left.
void Configuration::begin_change(std::string source, const Load& load, Done done) {
    change_begins_();
    auto attempt = std::make_shared<Attempt>();
    attempt->source = std::move(source);
    attempt->done = std::move(done);
    attempt->present = current_->loaded.server;
    side_.run([attempt, load, options = command_options()] { load(*attempt, options); },
              [this, attempt] { loaded_for_change(attempt); });
}

void Configuration::loaded_for_change(const std::shared_ptr<Attempt>& attempt) {
    // Its sockets would be opened again.
    if (changes_.closed()) return refuse(attempt, "the server is stopping.", running_stays);
    if (attempt->next == nullptr) {
        if (attempt->answer) return finish(attempt, std::move(*attempt->answer));
        for (const auto& problem : attempt->problems)
            log(in_family(MessageId::DHCP4_CONFIG_LOAD_FAIL, family()),
                {{"source", attempt->source},
                 {"consequence", running_stays},
                 {"reason", config::format(problem)}});
        return finish(attempt, problems_answer(attempt->problems));
    }
    if (const auto missing = missing_number(attempt->next->loaded))
        return refuse(attempt, *missing, running_stays);
    if (const auto usable = check_files_of(*attempt->next->loaded.server); !usable)
        return refuse(attempt, usable.error(), running_stays);
    const auto& daemon = attempt->next->loaded.daemon;
    auto logs = logs_.prepare(daemon.loggers.empty()
                                  ? loggers_from_environment(std::string{names_of(family()).process})
                                  : daemon.loggers,
                              family());
    if (!logs) return refuse(attempt, logs.error(), running_stays);
    auto sockets = channel_.prepare(daemon.control_sockets, daemon.http_sockets);
    if (!sockets) return refuse(attempt, sockets.error(), running_stays);
    attempt->logs = std::move(*logs);
    attempt->sockets = std::move(*sockets);
    server_.apply(attempt->next->loaded.server,
                  [this, attempt](const ApplyResult& result) { applied(attempt, result); });
}

void Configuration::applied(const std::shared_ptr<Attempt>& attempt, const ApplyResult& result) {
    if (!result.applied)
        return refuse(
            attempt, result.text,
            result.held ? "nobody is served until another configuration is put to use" : running_stays);
    logs_.activate(std::move(attempt->logs));
    channel_.activate(std::move(attempt->sockets));
    log_warnings(attempt->next->loaded.warnings, family());
    side_.dispose(std::exchange(current_, attempt->next));
    say_complete(attempt->source);
    used_(current_->loaded);

    if (attempt->answer) return finish(attempt, std::move(*attempt->answer));
    Answer answer = success("Configuration successful.");
    if (!result.text.empty()) answer.text += " " + result.text;
    answer.arguments = nlohmann::json{{"hash", hash()}, {"changes", std::move(attempt->diff.changes)}};
    if (attempt->diff.more != 0) answer.arguments->emplace("changes-untold", attempt->diff.more);
    if (result.leases_without_subnet != 0)
        answer.arguments->emplace("leases-without-subnet", result.leases_without_subnet);
    if (result.leases_missing != 0) answer.arguments->emplace("leases-missing", result.leases_missing);
    finish(attempt, std::move(answer));
}

void Configuration::refuse(const std::shared_ptr<Attempt>& attempt, const std::string& reason,
                           std::string_view consequence) {
    log(in_family(MessageId::DHCP4_CONFIG_LOAD_FAIL, family()),
        {{"source", attempt->source}, {"consequence", consequence}, {"reason", reason}});
    std::string sentence{consequence};
    sentence.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(sentence.front())));
    finish(attempt, failure(reason + " " + sentence + "."));
}

void Configuration::finish(const std::shared_ptr<Attempt>& attempt, Answer answer) {
    change_ends_();
    attempt->sockets = {};
    side_.dispose(std::exchange(attempt->next, nullptr));
    side_.dispose(std::exchange(attempt->present, nullptr));
    std::exchange(attempt->done, nullptr)(std::move(answer));  // and the next change begins
}

void Configuration::say_complete(const std::string& source) const {
    const auto& server = *current_->loaded.server;
    log(in_family(MessageId::DHCP4_CONFIG_COMPLETE, family()),
        {{"source", source}, {"subnets", server.subnets.size()}, {"pools", server.pool_ranges.size()}});
}

void Configuration::write(const std::string& name, Done done) {
    auto target = write_target(file_, name);
    if (!target) return done(failure(target.error()));
    auto answer = std::make_shared<Answer>();
    side_.run(
        [current = current_, path = *target, family = family(), answer] {
            auto root = config::written_form(*current->loaded.full, current->loaded.hidden);
            if (const auto kept = keep_other_family(root, path, family); !kept) {
                *answer = failure(kept.error());
                return;
            }
            const auto content = config::pretty(root);
            const auto written = replace_file(path, content);
            if (!written) {
                *answer = failure(written.error());
                return;
            }
            *answer = success("Configuration written to " + path + " successful",
                              {{"filename", path}, {"size", content.size()}});
        },
        [answer, done = std::move(done)] { done(std::move(*answer)); });
}

Answer Configuration::get() const {
    Answer answer;
    answer.pieces = text_pieces(current_->answer);
    return answer;
}

}  // namespace leasehold
