// SPDX-License-Identifier: GPL-2.0-only
/*
 * Direct reclaim, swap-out, dirty pages, slab, splitting: the rules that both LRUs share.
 */
#include "reclaim_machine.h"

TEST(reclaim_takes_32_clean_file_pages_by_rising_priority)
{
	struct mm *mm = machine(KERNEL_7_3, 0);

	add_folios(mm, 3000, PK_FILE, LRU_READ);
	/* 3000 >> 12 .. 3000 >> 7: 0, 1, 2, 5, 11, 23 pages; what is freed is no longer scanned */
	assert_int_equal(direct_reclaim(mm, 0, GFP_KERNEL), 42);
	assert_vmstat(mm, pgscan_direct, 42);
	assert_vmstat(mm, pgsteal_direct, 42);
	assert_vmstat(mm, pgsteal_file, 42);
	assert_vmstat(mm, pgscan_kswapd, 0);
	assert_vmstat(mm, allocstall_normal, 1);
	assert_int_equal(mm->zone[ZONE_NORMAL].nr_lru_file, 3000 - 42);
	assert_int_equal(mm->stall_ns_reclaim, (u64)(42 * mm->param.cost_scan_ns));
	mm_free(mm);
}

TEST(khugepaged_has_counters_of_its_own)
{
	struct mm *mm = machine(KERNEL_7_3, 0);

	add_folios(mm, 3000, PK_FILE, LRU_READ);
	mm->current.kthread = true;
	direct_reclaim(mm, 0, GFP_KERNEL);
	assert_vmstat(mm, pgsteal_khugepaged, 42);
	assert_vmstat(mm, pgsteal_direct, 0);
	mm_free(mm);
}

static void add_cold_anon(struct mm *mm, u32 nr)
{
	add_folios(mm, nr, PK_ANON, LRU_EXISTING);
	for (u32 pfn = 0; pfn < MACHINE_PAGES; pfn++)
		folio_mark_cold(mm, pfn);
}

TEST(anonymous_pages_are_written_first_and_freed_by_a_later_scan)
{
	struct mm *mm = machine(KERNEL_7_3, 4096);
	u64 freed;

	add_cold_anon(mm, 2000);
	freed = direct_reclaim(mm, 0, GFP_KERNEL);
	assert_true(freed >= SWAP_CLUSTER_MAX);
	assert_vmstat(mm, pgsteal_anon, freed);
	/* scanned once to be written, a second time to be freed */
	assert_int_equal(mm->vmstat[VM_pgscan_anon], mm->vmstat[VM_pswpout] + freed);
	assert_true(mm->vmstat[VM_pgrotated] >= freed);
	assert_int_equal(mm->swap->used, mm->vmstat[VM_pswpout]);
	/* the caller waited for at least one io */
	assert_true(mm->stall_ns_reclaim >= (u64)(mm->param.swap_io_us * 1000));
	mm_free(mm);
}

TEST(a_page_full_of_zeros_is_freed_by_the_scan_that_swaps_it_out)
{
	struct mm *mm = machine(KERNEL_7_3, 4096);
	u64 freed;

	mm->param.zero_filled_permille = 1000;
	add_cold_anon(mm, 2000);
	freed = direct_reclaim(mm, 0, GFP_KERNEL);
	assert_true(freed >= SWAP_CLUSTER_MAX);
	assert_vmstat(mm, pgscan_anon, freed);
	assert_vmstat(mm, pgsteal_anon, freed);
	assert_vmstat(mm, swpout_zero, freed);
	assert_vmstat(mm, pswpout, 0);
	assert_vmstat(mm, pgrotated, 0);
	/* no io is waited for, but each has its slot */
	assert_int_equal(mm->stall_ns_reclaim, (u64)((double)freed * mm->param.cost_scan_ns));
	assert_int_equal(mm->swap->used, freed);
	model_is_whole(mm);
	mm_free(mm);
}

TEST(swap_in_ram_takes_a_page_at_once)
{
	struct mm *mm = machine(KERNEL_7_3, 4096);
	u64 freed;

	mm->swap_synchronous = true;
	add_cold_anon(mm, 2000);
	freed = direct_reclaim(mm, 0, GFP_KERNEL);
	assert_true(freed >= SWAP_CLUSTER_MAX);
	assert_vmstat(mm, pgscan_anon, freed);
	assert_vmstat(mm, pswpout, freed);
	assert_vmstat(mm, pgrotated, 0);
	assert_int_equal(mm->swap->nr_writeback, 0);
	model_is_whole(mm);
	mm_free(mm);
}

TEST(the_share_of_pages_full_of_zeros_is_kept)
{
	struct mm *mm = machine(KERNEL_7_3, 4096);

	mm->param.zero_filled_permille = 250;
	add_cold_anon(mm, 400);
	for (int i = 0; i < 40; i++)
		direct_reclaim(mm, 0, GFP_KERNEL);
	assert_vmstat(mm, swpout_zero, 100);
	assert_vmstat(mm, pswpout, 300);
	for (int i = 0; i < 40; i++)
		swap_read_folio(mm, 0);
	assert_vmstat(mm, swpin_zero, 10);
	assert_vmstat(mm, pswpin, 30);
	mm_free(mm);
}

TEST(a_kernel_without_the_zero_map_writes_every_page)
{
	struct mm *mm = machine(KERNEL_7_3, 4096);

	mm->k.swap_zeromap = false;
	mm->param.zero_filled_permille = 1000;
	add_cold_anon(mm, 2000);
	direct_reclaim(mm, 0, GFP_KERNEL);
	swap_read_folio(mm, 0);
	assert_vmstat(mm, swpout_zero, 0);
	assert_true(mm->vmstat[VM_pswpout] >= SWAP_CLUSTER_MAX);
	assert_vmstat(mm, swpin_zero, 0);
	assert_vmstat(mm, pswpin, 1);
	mm_free(mm);
}

TEST(full_swap_leaves_anonymous_pages_alone)
{
	struct mm *mm = machine(KERNEL_7_3, 0);

	add_folios(mm, 2000, PK_ANON, LRU_FAULT);
	assert_int_equal(direct_reclaim(mm, 0, GFP_KERNEL), 0);
	assert_vmstat(mm, pswpout, 0);
	assert_vmstat(mm, pgscan_anon, 0);
	/* once more with the full walk of the cgroups, since 6.12 */
	assert_vmstat(mm, allocstall_normal, 2);
	assert_int_equal(zone_reclaimable_pages(mm, &mm->zone[ZONE_NORMAL]), 0);
	mm_free(mm);
}

TEST(a_request_without_io_looks_for_anonymous_pages_before_7_2_only_if_it_must)
{
	struct mm *mm = machine(KERNEL_7_3, 4096);

	mm->k.lru_gen_exact_loop = false;
	add_cold_anon(mm, 2000);
	add_folios(mm, 64, PK_FILE, LRU_READ);
	direct_reclaim(mm, 0, GFP_NOIO);
	assert_vmstat(mm, pgscan_anon, 0);
	mm->k.lru_gen_exact_loop = true;
	direct_reclaim(mm, 0, GFP_NOIO);
	assert_true(mm->vmstat[VM_pgscan_anon] > 0);
	assert_vmstat(mm, pswpout, 0);
	mm_free(mm);
}

TEST(a_request_without_io_writes_nothing)
{
	struct mm *mm = machine(KERNEL_7_3, 4096);

	add_folios(mm, 2000, PK_ANON, LRU_EXISTING);
	assert_int_equal(direct_reclaim(mm, 0, GFP_NOIO), 0);
	assert_vmstat(mm, pswpout, 0);
	mm_free(mm);
}

TEST(a_costly_request_leaves_a_zone_ready_for_compaction_alone)
{
	struct mm *mm = machine(KERNEL_7_3, 0);

	add_folios(mm, 1000, PK_FILE, LRU_READ);
	assert_int_equal(direct_reclaim(mm, 9, GFP_KERNEL), 1);
	assert_vmstat(mm, pgscan_direct, 0);
	assert_vmstat(mm, allocstall_normal, 1);
	mm_free(mm);
}

struct told {
	struct mm *mm;
	u32 nr, anon, in_use;
};

static void tell(void *ctx, u32 owner, u32 pfn, bool anon)
{
	struct told *t = ctx;

	assert_int_equal(owner, pfn);
	t->nr++;
	t->anon += anon;
	t->in_use += t->mm->page[pfn].state == PAGE_USED;
}

TEST(the_driver_hears_of_every_evicted_owner_before_the_free)
{
	struct mm *mm = machine(KERNEL_7_3, 0);
	struct told t = { .mm = mm };

	mm->driver.evicted = tell;
	mm->driver.ctx = &t;
	add_folios(mm, 3000, PK_FILE, LRU_READ);
	assert_int_equal(direct_reclaim(mm, 0, GFP_KERNEL), 42);
	assert_int_equal(t.nr, 42);
	assert_int_equal(t.in_use, 42);
	assert_int_equal(t.anon, 0);
	mm_free(mm);
}

TEST(pages_that_the_recorded_kernel_gave_up_go_first)
{
	struct mm *mm = machine(KERNEL_7_3, 0);
	u32 cold[40];

	add_folios(mm, 1000, PK_FILE, LRU_READ);
	for (int i = 0; i < 40; i++)
		cold[i] = add_folio(mm, PK_FILE, 0, LRU_FAULT);
	add_folios(mm, 1000, PK_FILE, LRU_READ);
	for (int i = 0; i < 40; i++)
		folio_mark_cold(mm, cold[i]);
	lruvec_check(mm);
	assert_true(direct_reclaim(mm, 0, GFP_KERNEL) >= SWAP_CLUSTER_MAX);
	/* marked first, taken first */
	for (int i = 0; i < (int)SWAP_CLUSTER_MAX; i++)
		assert_int_not_equal(mm->page[cold[i]].state, PAGE_USED);
	mm_free(mm);
}

TEST(dirty_file_pages_wait_for_the_flusher)
{
	struct mm *mm = machine(KERNEL_7_3, 0);
	u32 pfn;

	mm->param.file_dirty_flush_ms = 10;
	add_folios(mm, 64, PK_FILE, LRU_WRITE);
	pfn = add_folio(mm, PK_FILE, 0, LRU_WRITE);
	assert_int_equal(direct_reclaim(mm, 0, GFP_KERNEL), 0);
	assert_true(mm->page[pfn].dirty);
	/* each pass finds them again, one generation later */
	assert_int_equal(mm->vmstat[VM_pgactivate], mm->vmstat[VM_pgscan_direct]);
	assert_vmstat(mm, pgsteal_direct, 0);
	mm->now_ns = 11 * NSEC_PER_MSEC;
	writeback_run(mm, mm->now_ns);
	assert_false(mm->page[pfn].dirty);
	/* reclaim had met them all: clean, they are rotated to the cold end */
	assert_vmstat(mm, pgrotated, 65);
	assert_true(direct_reclaim(mm, 0, GFP_KERNEL) >= SWAP_CLUSTER_MAX);
	mm_free(mm);
}

/* Return: a machine with 64 pages of a file system's own blocks, which the file system holds. */
static struct mm *machine_of_blocks(u32 version, u32 *held)
{
	struct mm *mm = machine(version, 0);

	mm->param.pinned_buffers_permille = 1000;
	for (int i = 0; i < 64; i++) {
		held[i] = add_folio(mm, PK_FILE, 0, LRU_READ);
		mm->page[held[i]].buffers = 1;
	}
	return mm;
}

TEST(blocks_that_a_file_system_holds_are_not_reclaimed)
{
	u32 held[64];
	struct mm *mm = machine_of_blocks(KERNEL_7_3, held);

	assert_int_equal(direct_reclaim(mm, 0, GFP_KERNEL), 0);
	/* they grow no older, and are not isolated */
	assert_true(mm->vmstat[VM_pgrefill] >= 64);
	assert_vmstat(mm, pgscan_file, 0);
	/* the recorded kernel freed these, so nobody held them */
	for (int i = 0; i < 32; i++)
		folio_mark_cold(mm, held[i]);
	assert_int_equal(direct_reclaim(mm, 0, GFP_KERNEL), 32);
	mm_free(mm);
}

TEST(classic_reclaim_activates_blocks_that_a_file_system_holds)
{
	u32 held[64];
	struct mm *mm = machine_of_blocks(KERNEL_6_1, held);

	assert_int_equal(direct_reclaim(mm, 0, GFP_KERNEL), 0);
	assert_true(mm->vmstat[VM_pgactivate] >= 64);
	mm_free(mm);
}

TEST(nothing_but_dirty_pages_wakes_the_flusher)
{
	struct mm *mm = machine(KERNEL_7_3, 0);

	mm->now_ns = NSEC_PER_MSEC;
	add_folios(mm, 64, PK_FILE, LRU_WRITE);
	direct_reclaim(mm, 0, GFP_KERNEL);
	/* long before their age, after the time of an io */
	writeback_run(mm, 20 * NSEC_PER_MSEC);
	for (u32 i = 0; i < MACHINE_PAGES; i++)
		assert_false(mm->page[i].dirty);
	mm_free(mm);
}

TEST(a_large_folio_without_a_swap_extent_is_split)
{
	struct mm *mm = machine(KERNEL_6_1, 4096);
	u32 pfn;

	mm->k.lru_gen = true;
	lruvec_exit(mm);
	assert_int_equal(lruvec_init(mm), 0);
	pfn = add_folio(mm, PK_ANON, 9, LRU_EXISTING);
	folio_mark_cold(mm, pfn);
	for (int i = 0; i < 20; i++)
		direct_reclaim(mm, 0, GFP_KERNEL);
	assert_vmstat(mm, thp_swpout_fallback, 1);
	assert_vmstat(mm, thp_split_page, 1);
	assert_vmstat(mm, thp_swpout, 0);
	assert_vmstat(mm, pswpout, 512);
	mm_free(mm);
}

TEST(a_large_folio_with_a_swap_extent_is_written_whole)
{
	struct mm *mm = machine(KERNEL_7_3, 4096);
	u32 pfn;

	pfn = add_folio(mm, PK_ANON, 9, LRU_EXISTING);
	folio_mark_cold(mm, pfn);
	assert_int_equal(direct_reclaim(mm, 0, GFP_KERNEL), 512);
	assert_vmstat(mm, thp_swpout, 1);
	assert_vmstat(mm, thp_split_page, 0);
	assert_vmstat(mm, pswpout, 512);
	assert_vmstat(mm, pgsteal_direct, 512);
	mm_free(mm);
}

TEST(a_huge_page_full_of_zeros_is_no_thp_swpout)
{
	struct mm *mm = machine(KERNEL_7_3, 4096);

	mm->param.zero_filled_permille = 1000;
	folio_mark_cold(mm, add_folio(mm, PK_ANON, 9, LRU_EXISTING));
	assert_int_equal(direct_reclaim(mm, 0, GFP_KERNEL), 512);
	assert_vmstat(mm, swpout_zero, 512);
	assert_vmstat(mm, thp_swpout, 0);
	mm_free(mm);
}

TEST(split_folio_keeps_place_and_owners)
{
	struct mm *mm = machine(KERNEL_7_3, 0);
	u32 pfn = add_folio(mm, PK_FILE, 9, LRU_READ);

	split_folio(mm, pfn);
	lruvec_check(mm);
	assert_vmstat(mm, thp_split_page, 1);
	assert_int_equal(mm->zone[ZONE_NORMAL].nr_lru_file, 512);
	for (u32 i = pfn; i < pfn + 512; i++) {
		assert_int_equal(mm->page[i].owner, i);
		assert_int_equal(mm->page[i].order, 0);
		assert_true(mm->page[i].head && mm->page[i].lru);
	}
	mm_free(mm);
}

TEST(freeing_a_page_in_flight_ends_its_write)
{
	struct mm *mm = machine(KERNEL_7_3, 4096);
	u32 pfn = add_folio(mm, PK_ANON, 0, LRU_EXISTING);

	assert_true(folio_alloc_swap(mm, pfn));
	swap_writeout(mm, pfn, 0);
	assert_int_equal(mm->swap->nr_writeback, 1);
	lruvec_del_folio(mm, pfn);
	free_swap_cache(mm, pfn);
	free_pages(mm, pfn, 0);
	lruvec_check(mm);
	assert_int_equal(mm->swap->nr_writeback, 0);
	assert_int_equal(mm->swap->used, 0);
	writeback_run(mm, UINT64_MAX - 1);
	lruvec_check(mm);
	mm_free(mm);
}

TEST(slots_of_nobody_are_had_again_when_swap_is_full)
{
	struct mm *mm = machine(KERNEL_7_3, 1);
	u32 pfn = add_folio(mm, PK_ANON, 0, LRU_EXISTING);

	assert_true(folio_alloc_swap(mm, pfn));
	assert_int_equal(get_nr_swap_pages(mm), 0);
	mm->page[pfn].owner = OWNER_NONE;
	swap_evicted(mm, pfn);
	assert_int_equal(get_nr_swap_pages(mm), 1);
	mm->page[pfn].swapcache = 0;
	assert_true(folio_alloc_swap(mm, pfn));
	assert_int_equal(mm->swap->used, 1);
	assert_int_equal(get_nr_swap_pages(mm), 0);
	mm_free(mm);
}

TEST(cold_slab_is_freed_in_proportion_to_priority)
{
	struct mm *mm = machine(KERNEL_7_3, 0);
	struct scan_control sc = { .gfp = GFP_KERNEL, .priority = 4, .reclaim_idx = ZONE_NORMAL };

	mm->param.slab_objs_per_page = 16;
	for (int i = 0; i < 256; i++) {
		u32 pfn = alloc_pages(mm, GFP_KERNEL | __GFP_RECLAIMABLE, 0);

		mm->page[pfn].kind = PK_SLAB;
		slab_mark_cold(mm, pfn);
		slab_mark_cold(mm, pfn);
	}
	assert_int_equal(mm->nr_slab_cold, 256);
	lruvec_check(mm);
	/* 4096 objects: (4096 >> 4) * 4 / 2 = 512 scanned in batches of 128, 16 of them a page */
	assert_int_equal(shrink_slab(mm, &sc), 32);
	assert_vmstat(mm, slabs_scanned, 512);
	assert_int_equal(mm->nr_slab_cold, 224);
	sc.gfp = GFP_NOFS;
	assert_int_equal(shrink_slab(mm, &sc), 0);
	mm_free(mm);
}

TEST(classic_reclaim_takes_inactive_file_pages)
{
	struct mm *mm = machine(KERNEL_6_1, 0);

	assert_false(mm->k.lru_gen);
	add_folios(mm, 3000, PK_FILE, LRU_READ);
	assert_true(direct_reclaim(mm, 0, GFP_KERNEL) >= SWAP_CLUSTER_MAX);
	assert_int_equal(mm->vmstat[VM_pgscan_direct], mm->vmstat[VM_pgsteal_direct]);
	assert_vmstat(mm, allocstall_normal, 1);
	mm_free(mm);
}

TEST(classic_second_read_activates)
{
	struct mm *mm = machine(KERNEL_6_1, 0);
	u32 pfn = add_folio(mm, PK_FILE, 0, LRU_READ);

	folio_mark_accessed(mm, pfn);
	assert_int_equal(mm->page[pfn].gen, 0);
	folio_mark_accessed(mm, pfn);
	assert_int_equal(mm->page[pfn].gen, 1);
	assert_vmstat(mm, pgactivate, 1);
	folio_mark_cold(mm, pfn);
	assert_int_equal(mm->page[pfn].gen, 0);
	lruvec_check(mm);
	mm_free(mm);
}

TEST(classic_swaps_anonymous_pages_that_were_not_touched_again)
{
	struct mm *mm = machine(KERNEL_6_1, 8192);
	u64 freed = 0;

	add_folios(mm, 2000, PK_ANON, LRU_FAULT);
	for (int i = 0; i < 4; i++) {
		mm->now_ns += 10 * NSEC_PER_MSEC;
		freed += direct_reclaim(mm, 0, GFP_KERNEL);
	}
	assert_true(freed >= SWAP_CLUSTER_MAX);
	/* a fault leaves the page young: all of them are kept once before the first is written */
	assert_vmstat(mm, pgactivate, 0);
	assert_true(mm->vmstat[VM_pgscan_anon] >= 2000 + mm->vmstat[VM_pswpout]);
	assert_true(mm->vmstat[VM_pswpout] >= freed);
	mm_free(mm);
}

static void evict_all(struct mm *mm)
{
	for (u32 pfn = 0; pfn < MACHINE_PAGES; pfn++)
		folio_mark_cold(mm, pfn);
	assert_true(direct_reclaim(mm, 0, GFP_KERNEL) >= SWAP_CLUSTER_MAX);
}

TEST(classic_refault_activates_when_the_page_would_have_fitted)
{
	struct mm *mm = machine(KERNEL_6_1, 8192);
	u32 pfn;

	add_folios(mm, 500, PK_ANON, LRU_FAULT);
	add_folios(mm, 200, PK_FILE, LRU_READ);
	for (pfn = 0; pfn < MACHINE_PAGES; pfn++)
		if (mm->page[pfn].kind == PK_FILE)
			folio_mark_cold(mm, pfn);
	assert_true(direct_reclaim(mm, 0, GFP_KERNEL) >= SWAP_CLUSTER_MAX);
	/* at most 200 pages were evicted since; 500 anonymous ones could have made room */
	pfn = add_folio(mm, PK_FILE, 0, LRU_REFAULT);
	assert_int_equal(mm->page[pfn].gen, 1);
	assert_vmstat(mm, workingset_refault_file, 1);
	assert_vmstat(mm, workingset_activate_file, 1);
	assert_vmstat(mm, workingset_restore_file, 0);
	lruvec_check(mm);
	mm_free(mm);
}

TEST(classic_refault_of_long_ago_stays_inactive)
{
	struct mm *mm = machine(KERNEL_6_1, 0);
	u32 pfn;

	/* without swap only active file pages could have made room: there is none */
	add_folios(mm, 200, PK_FILE, LRU_READ);
	evict_all(mm);
	pfn = add_folio(mm, PK_FILE, 0, LRU_REFAULT);
	assert_int_equal(mm->page[pfn].gen, 0);
	assert_vmstat(mm, workingset_refault_file, 1);
	assert_vmstat(mm, workingset_activate_file, 0);
	mm_free(mm);
}

TEST(classic_refault_of_the_working_set_is_restored_at_a_cost)
{
	struct mm *mm = machine(KERNEL_6_1, 8192);
	u32 pfn;

	add_folios(mm, 200, PK_FILE, LRU_READ);
	for (pfn = 0; pfn < MACHINE_PAGES; pfn++)
		mm->page[pfn].workingset = mm->page[pfn].lru;
	evict_all(mm);
	add_folios(mm, 500, PK_ANON, LRU_FAULT);
	mm->lruvec->cost[LRU_GEN_FILE] = 0;
	pfn = add_folio(mm, PK_FILE, 0, LRU_REFAULT);
	assert_int_equal(mm->page[pfn].workingset, 1);
	assert_vmstat(mm, workingset_restore_file, 1);
	assert_int_equal(mm->lruvec->cost[LRU_GEN_FILE], 1);
	mm_free(mm);
}
