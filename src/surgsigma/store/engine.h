// DuckDB behind the few calls the house needs: rows to Parquet, Parquet to rows, SQL to a printable table. The only
// room that knows DuckDB.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"
#include "surgsigma/store/columns.h"

namespace surgsigma {

/// Answer of a query for people: everything as text, NULL as nothing.
struct QueryTable {
  std::vector<std::string> names;
  std::vector<std::vector<std::optional<std::string>>> rows;
  bool is_truncated = false;
};

/// An embedded DuckDB. Calls from several threads are safe; each runs on the thread that calls when `threads` is 1.
class Engine : public std::enable_shared_from_this<Engine> {
 public:
  /// `threads` 0: all cores. `memory_limit_mb` 0: DuckDB's own default.
  static Result<std::shared_ptr<Engine>> open(int threads = 1, int memory_limit_mb = 0);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Runs statements whose answer nobody needs.
  Status run(const std::string& sql);
  /// Runs one statement; at most `max_rows` rows come back.
  Result<QueryTable> query(const std::string& sql, std::size_t max_rows = 1'000'000);
  /// Runs one statement and hands over its rows one at a time as JSON objects (lists and structs as such).
  Status query_json(const std::string& sql, const std::function<Status(const Json&)>& take);

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// 'it''s'
std::string sql_quoted(std::string_view text);

/// How a Parquet file is written.
struct ParquetOptions {
  int row_group_rows = 16384;
  std::string order_by;                                       ///< SQL expression list; empty keeps the order of arrival
  std::vector<std::pair<std::string, std::string>> metadata;  ///< key-value metadata of the file
};

struct WrittenFile {
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
};

/// Streams batches into one Parquet file: memory stays at a few batches whatever the length. The file appears under
/// its name only at finish(); a writer that is destroyed before leaves nothing.
class ParquetStream {
 public:
  ParquetStream(std::shared_ptr<Engine> engine, fs::path path, std::vector<ColumnSpec> columns, ParquetOptions options);
  ~ParquetStream();
  ParquetStream(const ParquetStream&) = delete;
  ParquetStream& operator=(const ParquetStream&) = delete;

  /// An empty batch to fill (buffers are reused).
  RowBatch take_empty();
  /// Queues a full batch; waits while the queue is full. Gives it back to be refilled.
  void push(RowBatch&& batch);
  /// Writes the rest and renames. Without any row no file is made.
  Result<WrittenFile> finish();

  struct Queue;

 private:
  void start();
  std::shared_ptr<Engine> engine_;
  fs::path path_;
  fs::path temporary_;
  std::vector<ColumnSpec> columns_;
  ParquetOptions options_;
  std::unique_ptr<Queue> queue_;
  std::thread thread_;
  bool started_ = false;
  bool finished_ = false;
  std::int64_t rows_ = 0;
};

/// Rows of one struct type to one Parquet file.
template <class Row>
class TableWriter {
 public:
  TableWriter(std::shared_ptr<Engine> engine, fs::path path, ParquetOptions options = {})
      : stream_(std::move(engine), std::move(path), column_specs<Row>(), std::move(options)),
        batch_(stream_.take_empty()) {}

  void append(const Row& row) {
    append_row(batch_, row);
    if (batch_.rows >= kBatchRows) flush();
  }
  Result<WrittenFile> finish() {
    if (batch_.rows > 0) flush();
    return stream_.finish();
  }

 private:
  static constexpr std::size_t kBatchRows = 2048;  // DuckDB's vector size
  void flush() {
    stream_.push(std::move(batch_));
    batch_ = stream_.take_empty();
  }
  ParquetStream stream_;
  RowBatch batch_;
};

/// Streams the rows of a query whose columns are given by name; used by TableReader.
class ChunkStream {
 public:
  static Result<std::unique_ptr<ChunkStream>> open(std::shared_ptr<Engine> engine, const std::string& sql);
  ~ChunkStream();
  /// Next batch of rows; 0 rows at the end.
  Result<std::size_t> next();
  const std::vector<ColumnView>& columns() const { return views_; }
  const std::vector<std::string>& names() const { return names_; }

  struct Impl;

 private:
  ChunkStream();
  std::unique_ptr<Impl> impl_;
  std::vector<ColumnView> views_;
  std::vector<std::string> names_;
};

/// Reads Parquet files back, in order, as rows of one struct type. A column the file lacks is an error naming it.
template <class Row>
class TableReader {
 public:
  static Result<TableReader> open(std::shared_ptr<Engine> engine, const std::vector<fs::path>& files,
                                  const std::string& where = "") {
    std::string sql = "SELECT ";
    bool first = true;
    for (const ColumnSpec& spec : column_specs<Row>()) {
      if (!first) sql += ", ";
      sql += '"' + spec.name + '"';
      first = false;
    }
    sql += " FROM read_parquet([";
    for (std::size_t i = 0; i < files.size(); ++i) sql += (i ? ", " : "") + sql_quoted(files[i].string());
    sql += "])";
    if (!where.empty()) sql += " WHERE " + where;
    auto stream = files.empty() ? Result<std::unique_ptr<ChunkStream>>(std::unique_ptr<ChunkStream>())
                                : ChunkStream::open(std::move(engine), sql);
    if (!stream.ok()) return stream.error();
    return TableReader(std::move(*stream));
  }

  /// Fills `row`; false at the end. Reuses the row's memory.
  Result<bool> next(Row& row) {
    if (!stream_) return false;
    if (index_ == count_) {
      auto count = stream_->next();
      if (!count.ok()) return count.error();
      count_ = *count;
      index_ = 0;
      if (count_ == 0) return false;
    }
    extract_row(stream_->columns(), index_++, row);
    return true;
  }

 private:
  explicit TableReader(std::unique_ptr<ChunkStream> stream) : stream_(std::move(stream)) {}
  std::unique_ptr<ChunkStream> stream_;
  std::size_t index_ = 0;
  std::size_t count_ = 0;
};

/// Every row of some files that meets `where`, an SQL condition.
template <class Row>
Result<std::vector<Row>> read_all(std::shared_ptr<Engine> engine, const std::vector<fs::path>& files,
                                  const std::string& where = "") {
  SURGSIGMA_TRY(reader, TableReader<Row>::open(std::move(engine), files, where));
  std::vector<Row> rows;
  for (Row row;;) {
    SURGSIGMA_TRY(more, reader.next(row));
    if (!more) return rows;
    rows.push_back(row);
  }
}

}  // namespace surgsigma
