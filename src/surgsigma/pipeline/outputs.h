// Where a unit of work puts its rows: one Parquet file per table, opened when the first row comes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "surgsigma/schema/sink.h"
#include "surgsigma/schema/tables.h"
#include "surgsigma/store/database.h"

namespace surgsigma {

class UnitOutputs {
 public:
  UnitOutputs(std::shared_ptr<Engine> engine, fs::path folder, std::string stage, std::string source, std::string unit,
              std::string key)
      : engine_(std::move(engine)),
        folder_(std::move(folder)),
        stamp_{"", std::move(stage), std::move(source), std::move(unit), std::move(key), "", 0, 0} {}

  /// A sink for rows of one table; call once per table. Rows of a video that come after another video's are put back in
  /// order when the file is finished.
  template <class Row>
  Sink<Row> sink() {
    auto output = std::make_unique<Output<Row>>(engine_, folder_, partition(Row::kTable));
    Output<Row>* raw = output.get();
    outputs_.push_back(std::move(output));
    return [raw](Row&& row) { raw->append(row); };
  }

  /// Finishes every file; partitions of tables without rows are left out.
  Result<std::vector<Partition>> finish() {
    std::vector<Partition> partitions;
    for (auto& output : outputs_) {
      SURGSIGMA_TRY(partition, output->finish());
      if (partition.rows > 0) partitions.push_back(std::move(partition));
    }
    return partitions;
  }

 private:
  struct AnyOutput {
    virtual ~AnyOutput() = default;
    virtual Result<Partition> finish() = 0;
  };

  template <class Row>
  class Output : public AnyOutput {
   public:
    Output(std::shared_ptr<Engine> engine, fs::path folder, Partition partition)
        : engine_(std::move(engine)),
          path_(folder / partition.file),
          partition_(std::move(partition)),
          writer_(engine_, path_) {}

    void append(const Row& row) {
      if constexpr (std::is_same_v<Row, RawAnnotation>) {
        if (row.video_id < last_video_) is_sorted_ = false;
        if (row.video_id != last_video_) last_video_ = row.video_id;
      }
      writer_.append(row);
    }

    Result<Partition> finish() override {
      SURGSIGMA_TRY(written, writer_.finish());
      partition_.rows = written.rows;
      partition_.bytes = written.bytes;
      if (!is_sorted_) SURGSIGMA_CHECK(sort());
      return partition_;
    }

   private:
    Status sort() {
      const fs::path sorted = path_.string() + ".sorting";
      SURGSIGMA_CHECK(engine_->run("COPY (SELECT * FROM read_parquet(" + sql_quoted(path_.string()) +
                                   ") ORDER BY video_id, ordinal) TO " + sql_quoted(sorted.string()) +
                                   " (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 16384)"));
      std::error_code code;
      fs::rename(sorted, path_, code);
      if (code) return Error{ErrorKind::kIo, "cannot put the file in place: " + code.message(), path_.string(), ""};
      partition_.bytes = static_cast<std::int64_t>(fs::file_size(path_, code));
      return done();
    }

    std::shared_ptr<Engine> engine_;
    fs::path path_;
    Partition partition_;
    TableWriter<Row> writer_;
    VideoId last_video_;
    bool is_sorted_ = true;
  };

  Partition partition(std::string_view table) const {
    Partition partition = stamp_;
    partition.table = std::string(table);
    partition.file = partition_file(table, stamp_.source, stamp_.unit, stamp_.key);
    return partition;
  }

  std::shared_ptr<Engine> engine_;
  fs::path folder_;
  Partition stamp_;
  std::vector<std::unique_ptr<AnyOutput>> outputs_;
};

/// Rows of files sorted by video, one video at a time.
template <class Row>
class VideoRows {
 public:
  static Result<VideoRows> open(std::shared_ptr<Engine> engine, const std::vector<fs::path>& files) {
    auto reader = TableReader<Row>::open(std::move(engine), files);
    if (!reader.ok()) return reader.error();
    VideoRows rows(std::move(*reader));
    auto more = rows.reader_.next(rows.pending_);
    if (!more.ok()) return more.error();
    rows.has_pending_ = *more;
    return rows;
  }

  /// The rows of `video`, which must not come before a video already asked for. Empty when it has none.
  Result<std::vector<Row>> of(const VideoId& video) {
    std::vector<Row> rows;
    while (has_pending_ && pending_.video_id == video) {
      rows.push_back(std::move(pending_));
      auto more = reader_.next(pending_);
      if (!more.ok()) return more.error();
      has_pending_ = *more;
    }
    if (has_pending_ && pending_.video_id < video) {
      return Error{ErrorKind::kInternal, "rows of " + pending_.video_id.text + " come before " + video.text,
                   std::string(Row::kTable), ""};
    }
    return rows;
  }

 private:
  explicit VideoRows(TableReader<Row> reader) : reader_(std::move(reader)) {}
  TableReader<Row> reader_;
  Row pending_;
  bool has_pending_ = false;
};

/// Hands over every row of some files, in their order.
template <class Row, class F>
Status for_each_row(std::shared_ptr<Engine> engine, const std::vector<fs::path>& files, F&& take) {
  SURGSIGMA_TRY(reader, TableReader<Row>::open(std::move(engine), files));
  for (Row row;;) {
    SURGSIGMA_TRY(more, reader.next(row));
    if (!more) return done();
    take(std::move(row));
  }
}

}  // namespace surgsigma
