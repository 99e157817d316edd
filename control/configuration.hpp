// The configuration in use and how another takes its place: read and checked on the side thread, its log
// files, control sockets, database and sockets opened beside those that run, then swapped. A configuration
// that is refused changes nothing (invariant I5).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "config/load.hpp"
#include "control/answer.hpp"
#include "control/change_queue.hpp"
#include "control/configuration_edit.hpp"
#include "control/control_channel.hpp"
#include "control/log_backend.hpp"
#include "control/replace_file.hpp"
#include "control/side_thread.hpp"
#include "dhcp/server.hpp"

namespace leasehold {

class Configuration {
public:
    using Done = std::function<void(Answer)>;

    Configuration(std::string file, config::LoadOptions options, Server& server, LogBackend& logs,
                  ControlChannel& channel, SideThread& side, ChangeQueue& changes);
    ~Configuration();

    /// The first one, which main has loaded: opens logs and control sockets. The server is started by main.
    /// @error what cannot be opened, and the exit code that tells a supervisor
    struct BeginError {
        ExitCode code;
        std::string reason;
    };
    Result<void, BeginError> begin(config::Loaded loaded);

    /// Called for the first configuration and for each that comes into use.
    void on_use(std::function<void(const config::Loaded&)> used) { used_ = std::move(used); }

    /// Called when another configuration begins to be put to use, and when that has ended, well or not.
    void on_change(std::function<void()> begins, std::function<void()> ends) {
        change_begins_ = std::move(begins);
        change_ends_ = std::move(ends);
    }

    /// Replaces the whole configuration of this family; answers when it is in use or refused. This, change()
    /// and reload() happen one after the other, in the order in which they came.
    /// @param root  { "Dhcp4": { ... } } or { "Dhcp6": { ... } }
    void set(std::shared_ptr<const config::Value> root, Done done);
    /// Changes a part of what is then the configuration in use, in the way of set(); the file stays as it is until
    /// config-write. Answers with the edit's answer when the change is in use.
    /// @param command  its name, for the log
    void change(std::string_view command, Edit edit, Done done);
    /// @param connects  opens its lease database too, and closes it again; one such test at a time
    void test(std::shared_ptr<const config::Value> root, bool connects, Done done);
    /// Reads the file again.
    void reload(Done done);
    /// SIGHUP: as reload().
    void reload_on_signal();

    /// Writes what is in use to a file of the configuration's directory: whole, or not at all. The other
    /// family's configuration, if the file has one, stays in it.
    /// @param name  "": the file that was read
    void write(const std::string& name, Done done);

    /// { "Dhcp4": { ... }, "hash": "..." } as the members of an answer.
    Answer get() const;
    const std::string& hash() const { return current_->loaded.hash; }
    const config::Loaded& loaded() const { return current_->loaded; }
    const std::string& file() const { return file_; }
    const config::Directories& directories() const { return options_.directories; }
    Family family() const { return options_.family; }

private:
    struct Current {
        config::Loaded loaded;
        std::shared_ptr<const std::string> answer;  // of config-get, made once
    };
    struct Attempt;
    /// On the side thread: fills `next`, or else says why not.
    using Load = std::function<void(Attempt&, const config::LoadOptions& of_command)>;
    struct LoopOfThread;

    /// For a configuration that a command brings: it may refer to secrets of the one in use.
    config::LoadOptions command_options() const;
    static std::shared_ptr<const Current> make_current(config::Loaded loaded);
    void test_database(std::shared_ptr<const config::Loaded> loaded, Answer so_far, Done done);
    static Load loads(std::function<config::LoadResult(const config::LoadOptions&)> load);
    Load load_of_file() const;
    ChangeQueue::Begin replaces(std::string source, Load load);
    void begin_change(std::string source, const Load& load, Done done);
    void loaded_for_change(const std::shared_ptr<Attempt>& attempt);
    void applied(const std::shared_ptr<Attempt>& attempt, const ApplyResult& result);
    void refuse(const std::shared_ptr<Attempt>& attempt, const std::string& reason,
                std::string_view consequence);
    void finish(const std::shared_ptr<Attempt>& attempt, Answer answer);
    void say_complete(const std::string& source) const;

    std::string file_;
    config::LoadOptions options_;
    Server& server_;
    LogBackend& logs_;
    ControlChannel& channel_;
    SideThread& side_;
    ChangeQueue& changes_;
    std::shared_ptr<const Current> current_;
    std::function<void(const config::Loaded&)> used_ = [](const config::Loaded&) {};
    std::function<void()> change_begins_ = [] {}, change_ends_ = [] {};
    bool testing_database_ = false;
    std::shared_ptr<LoopOfThread> loop_of_thread_;
};

}  // namespace leasehold
