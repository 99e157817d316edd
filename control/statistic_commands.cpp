// Commands about statistics. Listing all is done a page at a time: with many subnets there are hundreds of
// thousands of samples.
#include "config/load.hpp"
#include "control/command_context.hpp"
#include "control/commands.hpp"
#include "control/local_time.hpp"

namespace leasehold {
namespace {

constexpr std::size_t statistics_per_slice = 32;

/// [ [ VALUE, TIME ], ... ] in the layout of compact(), which has no numbers of 128 bits.
std::string samples_text(const std::vector<Sample>& newest_first) {
    std::string list;
    for (const auto& sample : newest_first) {
        list += list.empty() ? "[ [ " : ", [ ";
        list += to_text(sample.value) + ", \"" + precise_time(sample.at, TimeZone::local) + "\" ]";
    }
    return list.empty() ? "[  ]" : list + " ]";
}

/// { "arguments": { NAME: SAMPLES, ... }, "result": 0 } in the layout of compact().
Answer all_answer(CommandContext& context, bool global_only) {
    auto pieces = [&statistics = context.server.statistics(), global_only, after = std::string{},
                   begun = false](std::string& out) mutable {
        const auto visit = [&](std::string_view name, const std::vector<Sample>& newest_first) {
            out += begun ? ", " : "{ \"arguments\": { ";
            begun = true;
            out += config::compact(name) + ": " + samples_text(newest_first);
        };
        const auto last = statistics.visit_page(after, statistics_per_slice, global_only, visit);
        if (last) {
            after = *last;
            return true;
        }
        out += begun ? " }, \"result\": 0 }" : "{ \"arguments\": {  }, \"result\": 0 }";
        return false;
    };
    Answer answer;
    answer.pieces = std::move(pieces);
    return answer;
}

Answer done_or_unknown(bool found, const std::string& name, const std::string& done) {
    return found ? success("Statistic '" + name + "' " + done) : failure("No '" + name + "' statistic found");
}

std::chrono::seconds duration(const Arguments& arguments) {
    return std::chrono::seconds{*arguments.integer("duration")};
}
std::uint32_t max_samples(const Arguments& arguments) {
    return static_cast<std::uint32_t>(*arguments.integer("max-samples"));
}

}  // namespace

void statistic_get(CommandContext& context, const Arguments& arguments, Reply reply) {
    std::string members;  // an unknown name is an empty answer, not an error
    context.server.statistics().visit(*arguments.text("name"),
                                      [&](std::string_view name, const auto& newest_first) {
                                          members = config::compact(name) + ": " + samples_text(newest_first);
                                      });
    reply(text_answer("{ \"arguments\": { " + members + " }, \"result\": 0 }"));
}

void statistic_get_all(CommandContext& context, const Arguments&, Reply reply) {
    reply(all_answer(context, false));
}

void statistic_global_get_all(CommandContext& context, const Arguments&, Reply reply) {
    reply(all_answer(context, true));
}

void statistic_reset(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto name = *arguments.text("name");
    reply(done_or_unknown(context.server.statistics().reset(name), name, "reset."));
}

void statistic_reset_all(CommandContext& context, const Arguments&, Reply reply) {
    context.server.statistics().reset_all();
    reply(success("All statistics reset to neutral values."));
}

void statistic_remove(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto name = *arguments.text("name");
    reply(done_or_unknown(context.server.statistics().remove(name), name, "removed."));
}

void statistic_remove_all(CommandContext& context, const Arguments&, Reply reply) {
    context.server.statistics().remove_all();
    reply(success("All statistics removed."));
}

void statistic_sample_age_set(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto name = *arguments.text("name");
    reply(done_or_unknown(context.server.statistics().limit_age(name, duration(arguments)), name,
                          "duration limit is set."));
}

void statistic_sample_age_set_all(CommandContext& context, const Arguments& arguments, Reply reply) {
    context.server.statistics().limit_age_all(duration(arguments));
    reply(success("All statistics duration limit are set."));
}

void statistic_sample_count_set(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto name = *arguments.text("name");
    reply(done_or_unknown(context.server.statistics().limit_count(name, max_samples(arguments)), name,
                          "count limit is set."));
}

void statistic_sample_count_set_all(CommandContext& context, const Arguments& arguments, Reply reply) {
    context.server.statistics().limit_count_all(max_samples(arguments));
    reply(success("All statistics count limit are set."));
}

}  // namespace leasehold
