"""The pages of research groups."""

from django.urls import path

from accounts.groups.views import groups, joining

urlpatterns = [
    path("groups/", groups.index, name="groups"),
    path("groups/<int:group_id>/", groups.detail, name="group"),
    path("groups/<int:group_id>/name", groups.rename, name="group-rename"),
    path("groups/<int:group_id>/leave", groups.leave, name="group-leave"),
    path("groups/<int:group_id>/members/<int:member_id>/role", groups.change_role, name="group-role"),
    path("groups/<int:group_id>/members/<int:member_id>/remove", groups.remove_member, name="group-remove"),
    path("groups/<int:group_id>/invitations", groups.invite, name="group-invite"),
    path(
        "groups/<int:group_id>/invitations/<int:invitation_id>/withdraw",
        groups.withdraw,
        name="group-withdraw",
    ),
    path("join/", joining.join, name="join"),
    path("join/<str:secret>/", joining.follow, name="invitation"),
]
