// lease-events-get: what /events streams, for whoever asks over a channel that carries one answer at a time.
#include "config/load.hpp"
#include "control/command_context.hpp"
#include "control/commands.hpp"

namespace leasehold {
namespace {

constexpr std::int64_t usual_event_count = 100;

}  // namespace

// As text: the events are JSON already, and are not taken apart to be put together again.
void lease_events_get(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto since = arguments.text("since");
    const auto seen = since ? parse_event_place(*since) : std::nullopt;
    if (since && !seen)
        return reply(failure("'since' must be \"next\" of an earlier answer, such as 1764363000-17, not '" +
                             *since + "'"));
    EventFilter filter;
    filter.family = context.family;
    const auto limit = static_cast<std::size_t>(arguments.integer("limit").value_or(usual_event_count));
    const auto reading = context.events.read(filter, seen, limit);
    std::string events;
    for (const auto& event : reading.events) events += (events.empty() ? "" : ", ") + event;
    reply(text_answer("{ \"arguments\": { \"events\": [ " + events + " ], \"more\": " +
                      (reading.more ? "true" : "false") + ", \"next\": \"" + to_string(reading.next) +
                      "\" }, \"result\": 0, \"text\": \"" + std::to_string(reading.events.size()) +
                      " event(s).\" }"));
}

}  // namespace leasehold
