//===- WeightsObject.cpp - weights as a relocatable object ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// An object file with one section is simple enough to be written by hand, and
// only so can gigabytes of weights pass through without a copy: the assembler
// interfaces of LLVM hold a whole section in memory.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/Weights.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/EndianStream.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;
using namespace swage;

namespace {

/// The facts of a machine that an ELF header states.
struct Machine {
  uint16_t machine;
  uint32_t flags;
  /// Where weights go. On x86-64 they may be larger than code can reach with
  /// 32-bit relative addresses, so they get the place of large data.
  StringLiteral section;
  uint64_t sectionFlags;
};

/// Strings of an ELF file, addressed by their offset.
class StringTable {
public:
  uint32_t add(StringRef text) {
    uint32_t offset = bytes.size();
    bytes.append(text.begin(), text.end());
    bytes.push_back('\0');
    return offset;
  }
  StringRef str() const { return bytes; }

private:
  std::string bytes = std::string(1, '\0');
};

} // namespace

static Expected<Machine> getMachine(const Triple &triple) {
  if (!triple.isOSBinFormatELF() || !triple.isArch64Bit() ||
      !triple.isLittleEndian())
    return createStringError(
        formatv("cannot make an artifact for '{0}': only 64-bit little-endian "
                "ELF systems are known",
                triple.str()));
  switch (triple.getArch()) {
  case Triple::x86_64:
    return Machine{ELF::EM_X86_64, 0, ".lrodata.swage",
                   ELF::SHF_ALLOC | ELF::SHF_X86_64_LARGE};
  case Triple::aarch64:
    return Machine{ELF::EM_AARCH64, 0, ".rodata.swage", ELF::SHF_ALLOC};
  case Triple::riscv64:
    return Machine{ELF::EM_RISCV,
                   ELF::EF_RISCV_RVC | ELF::EF_RISCV_FLOAT_ABI_DOUBLE,
                   ".rodata.swage", ELF::SHF_ALLOC};
  default:
    return createStringError(
        formatv("cannot put weights into an object for '{0}': known are "
                "x86_64, aarch64 and riscv64; use --weights=file",
                triple.str()));
  }
}

Error swage::writeWeightsObject(raw_ostream &os, const WeightsLayout &layout,
                                ArrayRef<ConstantBlob> constants,
                                const TargetInfo &target, StringRef symbol) {
  Expected<Machine> machine = getMachine(Triple(target.triple));
  if (!machine)
    return machine.takeError();

  StringTable names, symbols;
  uint32_t nameOfData = names.add(machine->section);
  uint32_t nameOfStack = names.add(".note.GNU-stack");
  uint32_t nameOfSymtab = names.add(".symtab");
  uint32_t nameOfStrtab = names.add(".strtab");
  uint32_t nameOfShstrtab = names.add(".shstrtab");
  uint32_t nameOfSymbol = symbols.add(symbol);
  enum { Null, Data, Stack, Symtab, Strtab, Shstrtab, NumSections };

  constexpr uint64_t headerSize = sizeof(ELF::Elf64_Ehdr);
  constexpr uint64_t symbolSize = sizeof(ELF::Elf64_Sym);
  uint64_t dataAt = alignTo(headerSize, constantAlignment);
  uint64_t symtabAt = alignTo(dataAt + layout.size, 8);
  uint64_t strtabAt = symtabAt + 2 * symbolSize;
  uint64_t shstrtabAt = strtabAt + symbols.str().size();
  uint64_t endOfStrings = shstrtabAt + names.str().size();
  uint64_t headersAt = alignTo(endOfStrings, 8);

  support::endian::Writer out(os, endianness::little);
  // The file header.
  os << StringRef(ELF::ElfMagic, 4) << char(ELF::ELFCLASS64)
     << char(ELF::ELFDATA2LSB) << char(ELF::EV_CURRENT)
     << char(ELF::ELFOSABI_NONE);
  os.write_zeros(8);
  out.write<uint16_t>(ELF::ET_REL);
  out.write<uint16_t>(machine->machine);
  out.write<uint32_t>(ELF::EV_CURRENT);
  out.write<uint64_t>(0); // entry
  out.write<uint64_t>(0); // program headers
  out.write<uint64_t>(headersAt);
  out.write<uint32_t>(machine->flags);
  out.write<uint16_t>(headerSize);
  out.write<uint16_t>(0);
  out.write<uint16_t>(0);
  out.write<uint16_t>(sizeof(ELF::Elf64_Shdr));
  out.write<uint16_t>(NumSections);
  out.write<uint16_t>(Shstrtab);

  // The weights.
  os.write_zeros(dataAt - headerSize);
  writeWeights(os, layout, constants);
  os.write_zeros(symtabAt - dataAt - layout.size);

  // The null symbol and the weights' own, hidden: it binds within the artifact.
  os.write_zeros(symbolSize);
  out.write<uint32_t>(nameOfSymbol);
  out.write<uint8_t>(ELF::STB_GLOBAL << 4 | ELF::STT_OBJECT);
  out.write<uint8_t>(ELF::STV_HIDDEN);
  out.write<uint16_t>(Data);
  out.write<uint64_t>(0);
  out.write<uint64_t>(layout.size);
  os << symbols.str() << names.str();
  os.write_zeros(headersAt - endOfStrings);

  auto writeSection = [&](uint32_t name, uint32_t type, uint64_t flags,
                          uint64_t at, uint64_t size, uint32_t link,
                          uint32_t info, uint64_t align, uint64_t entrySize) {
    out.write<uint32_t>(name);
    out.write<uint32_t>(type);
    out.write<uint64_t>(flags);
    out.write<uint64_t>(0); // address
    out.write<uint64_t>(at);
    out.write<uint64_t>(size);
    out.write<uint32_t>(link);
    out.write<uint32_t>(info);
    out.write<uint64_t>(align);
    out.write<uint64_t>(entrySize);
  };
  writeSection(0, ELF::SHT_NULL, 0, 0, 0, 0, 0, 0, 0);
  writeSection(nameOfData, ELF::SHT_PROGBITS, machine->sectionFlags, dataAt,
               layout.size, 0, 0, constantAlignment, 0);
  // Says that this object needs no executable stack.
  writeSection(nameOfStack, ELF::SHT_PROGBITS, 0, symtabAt, 0, 0, 0, 1, 0);
  writeSection(nameOfSymtab, ELF::SHT_SYMTAB, 0, symtabAt, 2 * symbolSize,
               Strtab, /*first global=*/1, 8, symbolSize);
  writeSection(nameOfStrtab, ELF::SHT_STRTAB, 0, strtabAt, symbols.str().size(),
               0, 0, 1, 0);
  writeSection(nameOfShstrtab, ELF::SHT_STRTAB, 0, shstrtabAt,
               names.str().size(), 0, 0, 1, 0);
  return Error::success();
}
