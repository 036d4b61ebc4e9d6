// DuckDB as a peer, and as the judge of what was written: the same library that the store links, through the same call.
#include "probe.h"
#include "surgsigma/store/engine.h"

namespace surgsigma::bench {

Result<Json> probe_sql(const Arguments& arguments) {
  SURGSIGMA_TRY(engine, Engine::open(arguments.number_or("threads", 2)));
  if (const std::string setup = arguments.text_or("setup", ""); !setup.empty()) SURGSIGMA_CHECK(engine->run(setup));
  double seconds = 0;
  if (const std::string timed = arguments.text_or("timed", ""); !timed.empty()) {
    const StopWatch watch;
    SURGSIGMA_CHECK(engine->run(timed));
    seconds = watch.seconds();
  }
  Json rows = Json::array();
  if (const std::string question = arguments.text_or("answer", ""); !question.empty()) {
    SURGSIGMA_CHECK(engine->query_json(question, [&](const Json& row) {
      rows.push_back(row);
      return done();
    }));
  }
  return Json{{"seconds", seconds}, {"rows", std::move(rows)}};
}

}  // namespace surgsigma::bench
