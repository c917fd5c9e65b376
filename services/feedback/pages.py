"""All pages of feedback."""

from fastapi import APIRouter

from services.feedback import public_pages, staff_pages

router = APIRouter()
router.include_router(public_pages.router)
router.include_router(staff_pages.router)
